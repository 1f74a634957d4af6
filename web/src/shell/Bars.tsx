import { Button } from '@mantine/core';
import { IconAlertTriangle, IconHeadset, IconMicrophoneOff, IconPlugConnectedX, IconVolumeOff, type Icon } from '@tabler/icons-react';
import { useEffect, useState, type ReactNode } from 'react';

import { microphone, openMicrophone } from '../audio/microphone';
import { sound, unlock } from '../audio/output';
import { play } from '../audio/tones';
import { readiness } from '../audio/readiness';
import { useDeskIfAny, type Desk } from '../desk/DeskContext';
import { useT } from '../i18n';
import { live, QUIET_GAP_MS, useLive } from '../live/desk';
import { tabName } from '../live/tab';
import { announce } from '../ui/announce';
import { useStore } from '../ui/store';
import classes from './Bars.module.css';

/** What is wrong with network or audio, above the page; each with what to do. */
export function Bars() {
  const desk = useDeskIfAny();
  if (!desk || desk.state.under === 'signed_out') return <ConnectionBar />;
  return (
    <>
      <ConnectionBar />
      {desk.view.device === 'browser' && <AudioBars desk={desk} />}
    </>
  );
}

function Bar({ tone, icon: Picture, children, action }: { tone: 'error' | 'warning'; icon: Icon; children: ReactNode; action?: ReactNode }) {
  return (
    <div className={classes.bar} data-tone={tone}>
      <Picture size={20} stroke={1.75} aria-hidden />
      <span className={classes.text}>{children}</span>
      {action}
    </div>
  );
}

/** Nothing for a gap of 2 s; then what has happened and what still works. */
function ConnectionBar() {
  const { lostSince } = useLive();
  return lostSince === null ? null : <LostBar key={lostSince} since={lostSince} />;
}

function LostBar({ since }: { since: number }) {
  const t = useT();
  const { view } = useLive();
  const [isShown, setShown] = useState(false);
  const isTalking = Boolean(view?.contact && view.contact.phase !== 'wrap_up' && view.contact.phase !== 'offered');

  useEffect(() => {
    const timer = setTimeout(
      () => {
        setShown(true);
        play('lost');
        announce(t('lost.said'), 'assertive');
      },
      Math.max(0, QUIET_GAP_MS - (Date.now() - since)),
    );
    return () => clearTimeout(timer);
  }, [since, t]);

  if (!isShown) return null;
  return (
    <Bar tone="error" icon={IconPlugConnectedX}>
      <strong>{t('lost.title')}</strong> {t(isTalking ? 'lost.in_call' : 'lost.text')}
    </Bar>
  );
}

function AudioBars({ desk }: { desk: Desk }) {
  const t = useT();
  const mic = useStore(microphone);
  const speaker = useStore(sound);
  const { isPassed } = useStore(readiness);
  const owner = desk.view.audio_owner;
  const isOwner = owner === tabName();
  const inCall = Boolean(desk.view.contact && desk.view.contact.phase !== 'wrap_up');
  const claim = () => {
    void unlock();
    live.send({ type: 'claim_audio' });
  };

  return (
    <>
      {desk.live.line === 'open' && !isOwner && (
        <Bar
          tone="warning"
          icon={IconHeadset}
          action={
            <Button size="xs" onClick={claim}>
              {t('audio.move_here')}
            </Button>
          }
        >
          {t(owner ? 'audio.in_other_tab' : inCall ? 'audio.nowhere_in_call' : 'audio.nowhere')}
        </Bar>
      )}
      {isOwner && isPassed && speaker === 'blocked' && (
        <Bar
          tone="warning"
          icon={IconVolumeOff}
          action={
            <Button size="xs" onClick={() => void unlock()}>
              {t('audio.turn_on')}
            </Button>
          }
        >
          {t('audio.blocked')}
        </Bar>
      )}
      {isOwner && inCall && (mic === 'denied' || mic === 'missing' || mic === 'busy') && (
        <Bar
          tone="error"
          icon={mic === 'denied' ? IconMicrophoneOff : IconAlertTriangle}
          action={
            <Button size="xs" onClick={() => void retryMicrophone()}>
              {t('retry')}
            </Button>
          }
        >
          {t(mic === 'denied' ? 'check.mic_denied' : mic === 'missing' ? 'check.mic_missing' : 'check.mic_busy')}
        </Bar>
      )}
    </>
  );
}

/** With the microphone back, the server is asked for another connection. */
async function retryMicrophone(): Promise<void> {
  try {
    const stream = await openMicrophone();
    stream.getTracks().forEach((track) => track.stop());
    live.send({ type: 'claim_audio' });
  } catch {
    // The bar stays and says why.
  }
}
