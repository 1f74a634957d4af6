import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

import { request } from '../api/client';
import { desk } from '../api/commands';
import type { PastContact } from '../api/types';

/** A contact that is over comes into the history a moment later: so long it is asked for again. */
const COMES_WITHIN_MS = 15_000;

/** What this agent has had or missed; read anew whenever a contact ends. */
export function useHistory(currentContact: string | null) {
  const ended = useEnded(currentContact);
  return useQuery({
    queryKey: ['history', currentContact],
    queryFn: desk.history,
    staleTime: 5_000,
    refetchInterval: ({ state }) => {
      const isMissing = ended !== null && Date.now() < ended.until && !state.data?.some((past) => past.id === ended.id);
      if (isMissing) return 1_000;
      // What the flow does after the call is not over at once.
      return state.data?.some((past) => past.is_live && past.id !== currentContact) ? 4_000 : false;
    },
  });
}

/** The contact that was the current one before, and until when it is waited for. */
function useEnded(currentContact: string | null) {
  const [ended, setEnded] = useState<{ id: string; until: number } | null>(null);
  useEffect(() => {
    if (currentContact === null) return;
    return () => setEnded({ id: currentContact, until: Date.now() + COMES_WITHIN_MS });
  }, [currentContact]);
  return ended;
}

/** Earlier contacts of a caller, read anew for each contact. The number goes in the body: addresses are written down. */
export function useCallerHistory(ani: string, currentContact: string) {
  return useQuery({
    queryKey: ['caller-history', ani, currentContact],
    queryFn: () => request<PastContact[]>('POST', '/contacts/search', { ani, limit: 20 }),
    staleTime: 60_000,
    refetchInterval: ({ state }) => (state.data?.some((past) => past.is_live && past.id !== currentContact) ? 4_000 : false),
    retry: 1,
  });
}
