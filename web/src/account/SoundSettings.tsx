import { Button, Checkbox, Select } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useEffect, useState } from 'react';

import { hasHeadsetButtons, headset } from '../audio/headset/headset';
import { listDevices, openMicrophone, type AudioDevices } from '../audio/microphone';
import { unlock } from '../audio/output';
import { audioSettings, changeAudio, type AudioSettings } from '../audio/settings';
import { play, TONES, type Tone } from '../audio/tones';
import { HEADSET_HINTS, HeadsetButtons } from '../desk/HeadsetButtons';
import { useT, type MessageId } from '../i18n';
import { number } from '../i18n/format';
import { useStore } from '../ui/store';
import classes from './Account.module.css';

const WORDS: Record<Tone, MessageId> = {
  ring: 'tone.ring',
  auto_answer: 'tone.auto_answer',
  caller_ended: 'tone.caller_ended',
  hold_long: 'tone.hold_long',
  wrap_up_soon: 'tone.wrap_up_soon',
  lost: 'tone.lost',
};

/** Devices and sounds of this machine; each sound can be heard. */
export function SoundSettings() {
  const t = useT();
  const settings = useStore(audioSettings);
  const { state, name } = useStore(headset);
  const [listed, setDevices] = useState<AudioDevices | null>(null);
  const devices = listed ?? { microphones: [], speakers: [] };
  const hasNames = listed === null || listed.microphones.some((device) => device.label !== '');
  useEffect(() => {
    void listDevices().then(setDevices);
  }, []);

  const allow = async () => {
    try {
      (await openMicrophone()).getTracks().forEach((track) => track.stop());
    } finally {
      setDevices(await listDevices());
    }
  };
  const choices = (list: MediaDeviceInfo[]) => [
    { value: '', label: t('audio.default') },
    ...list.filter((device) => device.label !== '').map((device) => ({ value: device.deviceId, label: device.label })),
  ];
  const device = (key: 'microphone' | 'speaker' | 'ringDevice', label: string, list: MediaDeviceInfo[]) => (
    <Select label={label} data={choices(list)} value={settings[key]} onChange={(id) => changeAudio({ [key]: id ?? '' })} allowDeselect={false} />
  );

  return (
    <div className="stack">
      {!hasNames && (
        <p className="row wrap">
          <span className="dim">{t('audio.no_names')}</span>
          <Button size="xs" onClick={() => void allow()}>
            {t('audio.allow')}
          </Button>
        </p>
      )}
      <div className={classes.grid}>
        {device('microphone', t('check.mic'), devices.microphones)}
        {device('speaker', t('audio.speaker'), devices.speakers)}
        {device('ringDevice', t('audio.ring_device'), devices.speakers)}
      </div>
      {hasHeadsetButtons() && (
        <p className="row wrap">
          <HeadsetButtons />
          <span className="dim">{t(HEADSET_HINTS[state], { name })}</span>
        </p>
      )}
      <Volume label={t('audio.ring_volume')} name="ringVolume" settings={settings} />
      <Volume label={t('audio.tone_volume')} name="toneVolume" settings={settings} />
      <Checkbox label={t('audio.notifications')} checked={settings.notifications} onChange={(event) => changeAudio({ notifications: event.currentTarget.checked })} />
      <ul className={classes.tones} aria-label={t('audio.tones')}>
        {TONES.map((tone) => (
          <li key={tone}>
            <Button size="xs" leftSection={<IconPlayerPlay size={16} stroke={1.75} aria-hidden />} onClick={() => void unlock().then(() => play(tone))}>
              {t(WORDS[tone])}
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Volume({ label, name, settings }: { label: string; name: 'ringVolume' | 'toneVolume'; settings: AudioSettings }) {
  return (
    <label className={classes.volume}>
      <span>{label}</span>
      <input type="range" min={0} max={1} step={0.05} value={settings[name]} onChange={(event) => changeAudio({ [name]: Number(event.currentTarget.value) })} />
      <span className="num dim">{number(settings[name] * 100)} %</span>
    </label>
  );
}
