import { Button, Select } from '@mantine/core';
import { IconAlertTriangle, IconBell, IconCircle, IconCircleCheck, IconPlayerPlay } from '@tabler/icons-react';
import { useEffect, useState, type ReactNode } from 'react';

import { hasHeadsetButtons, headset } from '../audio/headset/headset';
import { listDevices, meter, microphone, openMicrophone, type AudioDevices, type MicrophoneState } from '../audio/microphone';
import { sound, unlock } from '../audio/output';
import { readiness, ringWasHeard } from '../audio/readiness';
import { audioSettings, changeAudio } from '../audio/settings';
import { play } from '../audio/tones';
import { useT, type MessageId } from '../i18n';
import { useStore } from '../ui/store';
import classes from './cards.module.css';
import { HEADSET_HINTS, HeadsetButtons } from './HeadsetButtons';

type CheckState = 'ok' | 'bad' | 'open';

const MICROPHONE_HINTS: Record<MicrophoneState, MessageId> = {
  unknown: 'check.mic_unknown',
  asking: 'check.mic_asking',
  ok: 'check.mic_speak',
  denied: 'check.mic_denied',
  missing: 'check.mic_missing',
  insecure: 'check.mic_insecure',
  busy: 'check.mic_busy',
};
/** A voice, not the noise of a room. */
const HEARD_LEVEL = 0.35;

/** Microphone, sound and notification, tried before anybody is Available. */
export function DeviceCheck() {
  const t = useT();
  return (
    <section aria-labelledby="check">
      <h2 id="check">{t('check.title')}</h2>
      <div className={classes.checks}>
        <MicrophoneCheck />
        <SoundCheck />
        <NotificationCheck />
        <HeadsetCheck />
      </div>
    </section>
  );
}

function Check({ state, title, hint, action, children }: { state: CheckState; title: string; hint: string; action?: ReactNode; children?: ReactNode }) {
  const Icon = state === 'ok' ? IconCircleCheck : state === 'bad' ? IconAlertTriangle : IconCircle;
  return (
    <div className={classes.check} data-state={state}>
      <Icon size={20} stroke={1.75} aria-hidden />
      <div>
        <p>{title}</p>
        <p className={classes.hint} role={state === 'bad' ? 'alert' : undefined}>
          {hint}
        </p>
      </div>
      <div>{action}</div>
      {children && <div className={classes.wide}>{children}</div>}
    </div>
  );
}

/** A page around this one may refuse the microphone: a window of its own has it then. */
const isEmbedded = window.top !== window;

function openPhoneWindow(): void {
  window.open('/embed/agent', 'trunkline-phone', 'popup,width=400,height=600');
}

function MicrophoneCheck() {
  const t = useT();
  const state = useStore(microphone);
  const settings = useStore(audioSettings);
  const [level, setLevel] = useState(0);
  const [isHeard, setHeard] = useState(false);
  const [round, setRound] = useState(0);
  const [devices, setDevices] = useState<AudioDevices>({ microphones: [], speakers: [] });

  useEffect(() => {
    let stop: (() => void) | null = null;
    let isHere = true;
    const begin = async () => {
      try {
        const stream = await openMicrophone();
        const end = () => stream.getTracks().forEach((track) => track.stop());
        if (!isHere) {
          end();
          return;
        }
        const stopMeter = meter(stream, (value) => {
          setLevel(value);
          if (value > HEARD_LEVEL) setHeard(true);
        });
        stop = () => {
          stopMeter();
          end();
        };
        setDevices(await listDevices());
      } catch {
        // The store says what became of it.
      }
    };
    void begin();
    return () => {
      isHere = false;
      stop?.();
    };
  }, [round, settings.microphone]);

  const isBad = state !== 'ok' && state !== 'asking' && state !== 'unknown';
  const hint = state === 'ok' && isHeard ? 'check.mic_heard' : MICROPHONE_HINTS[state];
  return (
    <Check
      state={isBad ? 'bad' : state === 'ok' ? 'ok' : 'open'}
      title={t('check.mic')}
      hint={t(hint)}
      action={
        isBad && (
          <span className="row">
            {isEmbedded && (
              <Button size="xs" onClick={openPhoneWindow}>
                {t('check.phone_window')}
              </Button>
            )}
            <Button size="xs" onClick={() => setRound(round + 1)}>
              {t('retry')}
            </Button>
          </span>
        )
      }
    >
      {state === 'ok' && (
        <div className="stack" style={{ gap: 8 }}>
          <div className={classes.level} role="meter" aria-label={t('check.level')} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(level * 100)}>
            <div style={{ transform: `scaleX(${level})` }} />
          </div>
          {devices.microphones.length > 1 && (
            <Select
              size="xs"
              aria-label={t('check.mic')}
              data={devices.microphones.map((one) => ({ value: one.deviceId, label: one.label || t('check.unnamed') }))}
              value={settings.microphone || devices.microphones[0]?.deviceId || null}
              onChange={(id) => changeAudio({ microphone: id ?? '' })}
              allowDeselect={false}
            />
          )}
        </div>
      )}
    </Check>
  );
}

function SoundCheck() {
  const t = useT();
  const state = useStore(sound);
  const { isRingHeard } = useStore(readiness);
  const ring = async () => {
    if (!(await unlock())) return;
    play('ring');
    ringWasHeard();
  };
  const isOk = state === 'ok' && isRingHeard;
  return (
    <Check
      state={isOk ? 'ok' : 'open'}
      title={t('check.sound')}
      hint={t(isOk ? 'check.sound_ok' : 'check.sound_text')}
      action={
        <Button size="xs" leftSection={<IconPlayerPlay size={16} stroke={1.75} aria-hidden />} onClick={() => void ring()}>
          {t('check.play_ring')}
        </Button>
      }
    />
  );
}

function NotificationCheck() {
  const t = useT();
  const has = 'Notification' in window;
  const [permission, setPermission] = useState<NotificationPermission>(has ? Notification.permission : 'denied');
  if (!has) return null;
  const hints: Record<NotificationPermission, MessageId> = { default: 'check.note_text', granted: 'check.note_ok', denied: 'check.note_denied' };
  return (
    <Check
      state={permission === 'granted' ? 'ok' : 'open'}
      title={t('check.note')}
      hint={t(hints[permission])}
      action={
        permission === 'default' && (
          <Button size="xs" leftSection={<IconBell size={16} stroke={1.75} aria-hidden />} onClick={() => void Notification.requestPermission().then(setPermission)}>
            {t('check.note_allow')}
          </Button>
        )
      }
    />
  );
}

function HeadsetCheck() {
  const t = useT();
  const { state, name } = useStore(headset);
  if (!hasHeadsetButtons()) return null;
  const isBad = state === 'busy' || state === 'no_buttons';
  return <Check state={isBad ? 'bad' : state === 'connected' ? 'ok' : 'open'} title={t('headset')} hint={t(HEADSET_HINTS[state], { name })} action={<HeadsetButtons />} />;
}
