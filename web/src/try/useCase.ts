import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';

import { request } from '../api/client';
import type { CaseView } from '../api/types';
import type { PhoneState } from './phone';

const LIVE_MS = 1_500;
/** The CRM's times are in whole seconds. */
const CRM_STEP_MS = 1_000;

export interface ShownCase {
  data: CaseView | null | undefined;
  error: Error | null;
  retry: () => void;
  /** The ids of comments that were not there when the call began. */
  fresh: ReadonlySet<string>;
}

/** The case of the call, or before it of the caller; read again as long as it may change. */
export function useCase(number: string, { caseId: id, contact, isOver, calledMs }: PhoneState): ShownCase {
  const query = id ? `id=${encodeURIComponent(id)}` : `number=${encodeURIComponent(number)}`;
  const { data, error, refetch } = useQuery({
    queryKey: ['try', 'case', query],
    queryFn: () => request<CaseView | null>('GET', `/try/case?${query}`),
    enabled: id !== null || /\d{6}/.test(number),
    placeholderData: id ? keepPreviousData : undefined,
    refetchInterval: contact && !isOver ? LIVE_MS : false,
    retry: 1,
  });

  // The last comment comes with the contact's last step.
  useEffect(() => {
    if (isOver && contact) void refetch();
  }, [isOver, contact, refetch]);

  const isFresh = (at: string) => contact !== null && writtenMs(at) >= calledMs - CRM_STEP_MS;
  const fresh = new Set((data?.comments ?? []).filter((one) => isFresh(one.at)).map((one) => one.id));
  return { data, error, retry: () => void refetch(), fresh };
}

/** The CRM writes an offset without a colon, which not every browser reads. */
export function writtenMs(at: string): number {
  return Date.parse(at.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
}
