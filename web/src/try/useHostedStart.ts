import { useEffect, useRef, useState, useSyncExternalStore } from 'react';

import { desk as commands } from '../api/commands';
import { problemText } from '../api/problems';
import { audioHost } from '../audio/host';
import { microphone } from '../audio/microphone';
import { unlock } from '../audio/output';
import { readiness } from '../audio/readiness';
import { desktopLabel } from '../desk/desktopLabel';
import type { Desk } from '../desk/DeskContext';
import { live } from '../live/desk';
import { tabName } from '../live/tab';
import { toast } from '../ui/announce';

const host = audioHost();
const never = () => () => undefined;

/** On "Try it": once sound is allowed around the panel, its agent signs in and is Available. */
export function useHostedStart({ view, live: { line } }: Desk): void {
  const isStarted = useSyncExternalStore(host?.onStart ?? never, () => host?.isStarted() ?? false);
  const team = view.teams[0]?.id ?? null;
  const isSignedIn = view.state.kind !== 'signed_out';
  const [hasJoined, setJoined] = useState(false);
  // On the connection before joining the audio is lost with it, and nobody can be Available.
  const isReady = hasJoined && line === 'open' && isSignedIn && Boolean(view.audio_owner);
  const begun = useRef({ signIn: false, available: false });

  useEffect(() => {
    if (!isStarted) return;
    // The sound was tried around the panel, and the voice is lent.
    microphone.set('ok');
    readiness.set({ isPassed: true, isRingHeard: true });
    void unlock().then(() => readiness.change({ isPassed: true }));
  }, [isStarted]);

  useEffect(() => {
    const done = begun.current;
    const fail = (error: unknown) => toast(problemText(error), 'error');
    if (!isStarted || !team) return;
    if (!done.signIn) {
      done.signIn = true;
      const sign = { team, device: 'browser' as const, tab: tabName(), label: desktopLabel(), take_over: true };
      const join = () => {
        live.restart();
        setJoined(true);
      };
      void commands.signIn(sign).then(join, fail);
    } else if (isReady && !done.available) {
      done.available = true;
      if (view.state.kind === 'idle') void commands.setState({ state: 'available' }).catch(fail);
    }
  }, [isStarted, team, isReady, view.state.kind]);
}
