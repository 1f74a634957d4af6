// The page around the panel may lend it its ears and its voice: "Try it" does, where one person is
// caller and agent at once.
import type { Pop } from '../api/types';

export interface AudioHost {
  /** Whether the person has allowed sound, so that the desktop may begin. */
  isStarted: () => boolean;
  /** Calls back when that changes. */
  onStart: (listener: () => void) => () => void;
  /** What the agent says. */
  voice: () => MediaStream;
  /** What the agent hears; null when the call is over. */
  hear: (stream: MediaStream | null) => void;
  /** A page of the CRM was to be opened. */
  pop: (pop: Pop) => void;
}

declare global {
  interface Window {
    trunklineHost?: AudioHost;
  }
}

/** The page around this one, if it is ours and lends its audio. */
export function audioHost(): AudioHost | null {
  if (window.parent === window) return null;
  try {
    return window.parent.trunklineHost ?? null;
  } catch {
    // Another site's page.
    return null;
  }
}
