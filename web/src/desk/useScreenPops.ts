import { useEffect, useRef } from 'react';

import { onPop } from '../live/desk';
import type { Desk } from './DeskContext';
import { takePop } from './pops';
import { useLeads } from './useLeads';

/** Opens the pages that the flow asks for, in one tab only. */
export function useScreenPops({ view }: Desk): void {
  const leads = useLeads(view);
  const newest = useRef(leads);
  useEffect(() => {
    newest.current = leads;
  }, [leads]);
  useEffect(
    () =>
      onPop((pop) => {
        if (newest.current || pop.target === 'panel') takePop(pop);
      }),
    [],
  );
}
