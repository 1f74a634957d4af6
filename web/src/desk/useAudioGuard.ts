import { useEffect } from 'react';

import { hangUp, line, setMuted } from '../audio/line';
import { live } from '../live/desk';
import { tabName } from '../live/tab';
import { onTabMessage } from '../live/tabs';
import type { Desk } from './DeskContext';

/** One tab has the audio: the others let go of it, and closing the owner in a call asks first. */
export function useAudioGuard({ view }: Desk): void {
  const isOwner = view.audio_owner === tabName();
  const id = view.contact?.id ?? null;
  const isTalking = Boolean(view.contact && view.contact.phase !== 'offered' && view.contact.phase !== 'wrap_up');

  useEffect(() => {
    live.wantsAudio = view.device !== 'sip_phone';
  }, [view.device]);

  // Nobody's is no reason to let go: the server may just not know yet that this tab is back.
  const isOthers = Boolean(view.audio_owner) && !isOwner;
  useEffect(() => {
    if (isOthers && line.get().leg !== null) hangUp();
  }, [isOthers]);

  // The next caller must not meet a microphone that was muted for the last one.
  useEffect(() => {
    if (!isTalking && line.get().isMuted) setMuted(false);
  }, [isTalking, id]);

  useEffect(() => {
    if (!isOwner || !isTalking) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [isOwner, isTalking]);

  useEffect(
    () =>
      onTabMessage((message) => {
        if (message.kind === 'signed_out') location.reload();
      }),
    [],
  );
}
