import { useEffect } from 'react';

import { perform, type Action } from '../app/shortcuts';
import { onHeadsetPress, tellHeadset } from '../audio/headset/headset';
import type { Press } from '../audio/headset/presses';
import { line } from '../audio/line';
import { useStore } from '../ui/store';
import type { Desk } from './DeskContext';
import { useLeads } from './useLeads';

/** What each press does: the first of these that the page offers at the moment. */
const ACTIONS: Record<Press, Action[]> = { answer: ['answer'], end: ['end'], mute: ['mute'], hold: ['hold'], drop: ['decline', 'end'] };

/** The headset's buttons do what those on the page do, in the tab that has the audio. */
export function useHeadset({ view, state: { under } }: Desk): void {
  const { isMuted } = useStore(line);
  const isHere = useLeads(view) && view.device === 'browser';
  const isRinging = under === 'offered';
  const isHeld = under === 'on_hold';
  const isOffHook = ['dialling', 'answered', 'on_hold', 'consulting', 'conference'].includes(under);

  useEffect(() => {
    if (!isHere) return undefined;
    return onHeadsetPress((press) => ACTIONS[press].some(perform));
  }, [isHere]);

  useEffect(() => {
    // The tab that has the audio tells it, and no other says something else.
    tellHeadset(isHere ? { isRinging, isOffHook, isMuted: isOffHook && isMuted, isHeld } : null);
  }, [isHere, isRinging, isOffHook, isMuted, isHeld]);
}
