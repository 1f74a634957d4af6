import { useQuery } from '@tanstack/react-query';

import { request } from '../api/client';
import type { ContactDetail } from '../api/types';

/** A step of a trace (docs/trace.schema.json), as far as the page reads it. */
export interface TraceStep {
  t_ms: number;
  thread: string;
  activity: string;
  kind: string;
  port: string | null;
  in: Record<string, unknown>;
  out: Record<string, unknown>;
  failure: { code: string; description: string; number: number } | null;
  warnings: string[];
}

const LIVE_MS = 3_000;

/** One contact; a live one is read again as it grows. */
export function useContactRecord(id: string) {
  return useQuery({
    queryKey: ['contact', id],
    queryFn: () => request<ContactDetail>('GET', `/contacts/${encodeURIComponent(id)}`),
    refetchInterval: ({ state }) => (state.data?.contact.is_live ? LIVE_MS : false),
    retry: 1,
  });
}

export function useTrace(id: string, isLive: boolean) {
  return useQuery({
    queryKey: ['trace', id],
    queryFn: () => request<Record<string, unknown>[]>('GET', `/contacts/${encodeURIComponent(id)}/trace`),
    refetchInterval: isLive ? LIVE_MS : false,
    retry: 1,
  });
}

const record = (value: unknown): Record<string, unknown> => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {});
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The steps among a trace's lines; what is missing in a line is empty. */
export function stepsOf(lines: Record<string, unknown>[]): TraceStep[] {
  return lines
    .filter((line) => line.line === 'step')
    .map((line) => {
      const failure = record(line.failure);
      return {
        t_ms: Number(line.t_ms ?? 0),
        thread: text(line.thread),
        activity: text(line.activity),
        kind: text(line.kind),
        port: typeof line.port === 'string' ? line.port : null,
        in: record(line.in),
        out: record(line.out),
        failure: failure.code ? { code: text(failure.code), description: text(failure.description), number: Number(failure.number ?? 0) } : null,
        warnings: Array.isArray(line.warnings) ? line.warnings.map(String) : [],
      };
    });
}
