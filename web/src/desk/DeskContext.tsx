import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';

import { isProblem } from '../api/client';
import { problemText } from '../api/problems';
import type { ContactView, DeskView } from '../api/types';
import { readiness } from '../audio/readiness';
import { live, useLive, type Live } from '../live/desk';
import { tabName } from '../live/tab';
import { toast } from '../ui/announce';
import { useStore } from '../ui/store';
import { controls, type Controls, type Permissions } from './controls';
import { deskState, type DeskState } from './state';

/** A "sending" mark that comes at once would only flicker. */
const SENDING_AFTER_MS = 150;
/** How many the server joins in a conference, with the agent. */
const MAX_PARTIES = 3;

export interface Desk {
  live: Live;
  view: DeskView;
  state: DeskState;
  controls: Controls;
  /** Microphone and sound were tried, or are not those of this page. */
  isDeviceReady: boolean;
  /** The name of the action that is on its way for more than a moment. */
  sending: string | null;
  /** Does something at the server; says what was refused. True when it was done. */
  run: (name: string, action: () => Promise<unknown>) => Promise<boolean>;
}

const DeskContext = createContext<Desk | null>(null);

/** The desktop as it stands; for parts that are drawn only once the server has said so. */
export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error('no desktop here');
  return desk;
}

/** The desktop, or null as long as there is none: on pages of people who are no agents. */
export function useDeskIfAny(): Desk | null {
  return useContext(DeskContext);
}

/** The desktop with its contact; for parts that are drawn only while there is one. */
export function useContact(): Desk & { contact: ContactView } {
  const desk = useDesk();
  if (!desk.view.contact) throw new Error('no contact here');
  return { ...desk, contact: desk.view.contact };
}

function permissions(view: DeskView, isDeviceReady: boolean): Permissions {
  return {
    mayEndCall: view.features.may_end_call,
    mayPauseRecording: view.features.may_pause_recording,
    mayOutdial: Boolean(view.outdial),
    maxParties: MAX_PARTIES,
    isDeviceReady,
  };
}

export function DeskProvider({ children }: { children: ReactNode }) {
  const now = useLive();
  const ready = useStore(readiness);
  const [sending, setSending] = useState<string | null>(null);

  useEffect(() => {
    live.start();
    return () => live.stop();
  }, []);

  const desk = useMemo<Desk | null>(() => {
    const { view } = now;
    if (!view) return null;
    // Where another tab has the audio, its devices count and not those of this one.
    const isAudioElsewhere = Boolean(view.audio_owner) && view.audio_owner !== tabName();
    const isDeviceReady = view.device !== 'browser' || ready.isPassed || isAudioElsewhere;
    const state = deskState(view, now.line, now.gone?.reason === 'elsewhere');
    const run = async (name: string, action: () => Promise<unknown>): Promise<boolean> => {
      const mark = setTimeout(() => setSending(name), SENDING_AFTER_MS);
      try {
        await action();
        return true;
      } catch (error) {
        toast(problemText(error), 'error');
        if (isProblem(error, 'signed-in-elsewhere') || isProblem(error, 'signed-out')) live.restart();
        return false;
      } finally {
        clearTimeout(mark);
        setSending(null);
      }
    };
    return { live: now, view, state, isDeviceReady, controls: controls(state, view.device ?? null, permissions(view, isDeviceReady)), sending, run };
  }, [now, ready.isPassed, sending]);

  return <DeskContext.Provider value={desk}>{children}</DeskContext.Provider>;
}
