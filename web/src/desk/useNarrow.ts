import { useSyncExternalStore } from 'react';

function match(query: string) {
  const list = matchMedia(query);
  return {
    subscribe: (listener: () => void) => {
      list.addEventListener('change', listener);
      return () => list.removeEventListener('change', listener);
    },
    get: () => list.matches,
  };
}

const narrow = match('(max-width: 639px)');
const wide = match('(min-width: 1200px)');

/** One column: the panel of a CRM, or a small window. */
export function useNarrow(): boolean {
  return useSyncExternalStore(narrow.subscribe, narrow.get);
}

/** Room for the side panel. */
export function useWide(): boolean {
  return useSyncExternalStore(wide.subscribe, wide.get);
}
