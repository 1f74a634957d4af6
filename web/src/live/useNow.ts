import { useSyncExternalStore } from 'react';

import { onBeat, serverNow } from './clock';

const wholeSecond = () => Math.floor(serverNow() / 1000) * 1000;

/** The server's time, anew each second. */
export function useNow(): number {
  return useSyncExternalStore(onBeat, wholeSecond);
}
