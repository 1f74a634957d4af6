import { useQuery } from '@tanstack/react-query';

import { request } from '../api/client';
import { desk } from '../api/commands';
import type { PastContact } from '../api/types';

/** What this agent has had or missed; read anew whenever a contact ends. */
export function useHistory(currentContact: string | null) {
  return useQuery({
    queryKey: ['history', currentContact],
    queryFn: desk.history,
    staleTime: 5_000,
    // What the flow does after the call is not over at once.
    refetchInterval: ({ state }) => (state.data?.some((past) => past.is_live && past.id !== currentContact) ? 4_000 : false),
  });
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
