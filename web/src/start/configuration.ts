// What the first steps ask the server for, and what they change there.
import { useQuery, useQueryClient } from '@tanstack/react-query';

import { isProblem, request } from '../api/client';
import type { FlowSummary, Kept, Report, Steps, Uploaded } from './types';

const at = (kind: string, id: string) => `/configuration/${kind}/${encodeURIComponent(id)}`;
/** A connector may need its full time for each of seven stages. */
const TEST_MS = 45_000;
/** Large exports take a while to be read and checked. */
const UPLOAD_MS = 60_000;

export const configuration = {
  steps: () => request<Steps>('GET', '/setup/steps'),
  list: async (kind: string) => (await request<{ objects: Kept[] }>('GET', `/configuration/${kind}`)).objects,
  /** Makes an object, or changes the one of this version. */
  put: (kind: string, id: string, version: number, value: unknown) => request<Kept>('PUT', at(kind, id), { version, value }),
  /** An object, or null where there is none. */
  get: async (kind: string, id: string): Promise<Kept | null> => {
    try {
      return await request<Kept>('GET', at(kind, id));
    } catch (error) {
      if (isProblem(error, 'not-found')) return null;
      throw error;
    }
  },
  testConnector: (id: string, value: unknown) => request<Report>('POST', '/setup/connector-test', { id, value }, { timeoutMs: TEST_MS }),
  /** Tries the connector as it is kept: the result counts as its test. */
  testKept: (id: string) => request<Report>('POST', '/setup/connector-test', { id }, { timeoutMs: TEST_MS }),
  flows: () => request<FlowSummary[]>('GET', '/flows'),
  upload: (file: string, text: string) => request<Uploaded>('POST', '/flows', { file, text }, { timeoutMs: UPLOAD_MS }),
  /** Uploads an audio file that is not there yet, under the name by which flows play it. */
  uploadAudio: (name: string, file: File) => request<unknown>('PUT', `/audio/${encodeURIComponent(name)}`, file, { timeoutMs: UPLOAD_MS }),
  /** An audio file as callers hear it. */
  audio: (name: string) => request<ArrayBuffer>('GET', `/audio/${encodeURIComponent(name)}`, undefined, { isBinary: true }),
  moveLabel: (flow: string, label: string, number: number, version: number) =>
    request<unknown>('PUT', `/flows/${encodeURIComponent(flow)}/labels/${label}`, { number, version }),
};

/** What is done and what is missing. */
export function useSteps(isAllowed = true) {
  return useQuery({ queryKey: ['setup-steps'], queryFn: configuration.steps, enabled: isAllowed });
}

export function useObjects(kind: string) {
  return useQuery({ queryKey: ['configuration', kind], queryFn: () => configuration.list(kind) });
}

export function useFlows() {
  return useQuery({ queryKey: ['flows'], queryFn: configuration.flows });
}

/** For after a change: everything that it may have touched is asked for anew. */
export function useReread() {
  const client = useQueryClient();
  return () =>
    Promise.all([['setup-steps'], ['configuration'], ['flows']].map((queryKey) => client.invalidateQueries({ queryKey }))).then(() => undefined);
}
