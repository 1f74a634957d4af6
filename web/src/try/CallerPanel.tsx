import { Autocomplete, Button, Select, TextInput } from '@mantine/core';
import { IconMessage2, IconPhone, IconPhoneOff } from '@tabler/icons-react';
import { useState, type FormEvent, type ReactNode } from 'react';

import { problemText } from '../api/problems';
import type { TrialView } from '../api/types';
import { useT, type MessageId } from '../i18n';
import { phone as shownNumber } from '../i18n/phone';
import { toast } from '../ui/announce';
import { useStore } from '../ui/store';
import { Timer } from '../ui/Timer';
import { mixer, switchOn } from './mixer';
import { dial, hangUp, phone, press, say } from './phone';
import { hearing } from './prompts';
import classes from './Try.module.css';

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];
const LONGEST = 300;
/** Kana or kanji: what only a Japanese voice can say. */
const JAPANESE = /[\u3040-\u30ff\u4e00-\u9fff]/;

interface Props {
  view: TrialView;
  from: string;
  onFrom: (number: string) => void;
  to: string;
  onTo: (number: string) => void;
  /** What is shown once the call is over, in place of the keys. */
  children: ReactNode;
}

/** The caller's phone. */
export function CallerPanel({ view, from, onFrom, to, onTo, children }: Props) {
  const t = useT();
  const { stage } = useStore(phone);
  const { isOn } = useStore(mixer);
  const isUp = stage === 'ringing' || stage === 'talking';
  const names = new Map(view.callers.map((one) => [one.number, one.name]));
  const call = async () => {
    if (!mixer.get().isOn) await switchOn();
    dial(from.trim(), to);
  };

  return (
    <div className="stack">
      <Autocomplete
        label={t('try.from')}
        data={[...view.callers.map((one) => one.number), 'anonymous']}
        value={from}
        onChange={onFrom}
        disabled={isUp}
        filter={({ options }) => options}
        renderOption={({ option }) => (
          <span>
            <span className="num">{option.value === 'anonymous' ? t('try.anonymous') : shownNumber(option.value)}</span>
            <span className="meta" style={{ display: 'block' }}>
              {names.get(option.value) ?? ''}
            </span>
          </span>
        )}
        description={names.get(from) ?? t('try.from_text')}
        inputWrapperOrder={['label', 'input', 'description']}
      />
      <Select
        label={t('try.to')}
        data={view.numbers.map((one) => ({ value: one.number, label: `${shownNumber(one.number)} · ${one.name}` }))}
        value={to}
        onChange={(value) => onTo(value ?? to)}
        disabled={isUp}
        allowDeselect={false}
      />
      {isUp ? (
        <button type="button" className={classes.hangup} onClick={hangUp}>
          <IconPhoneOff size={20} stroke={1.75} aria-hidden />
          {t('try.hang_up')}
        </button>
      ) : (
        <Button variant={isOn ? 'filled' : 'default'} size="md" leftSection={<IconPhone size={20} stroke={1.75} aria-hidden />} disabled={!from.trim() || !to} onClick={() => void call()}>
          {t(stage === 'ended' ? 'try.again' : 'try.call')}
        </Button>
      )}
      <Line />
      {stage === 'ended' ? (
        children
      ) : (
        <>
          <Pad isUp={stage === 'talking'} />
          <Say isUp={isUp} voices={view.voices} />
        </>
      )}
    </div>
  );
}

const STAGES: Record<'idle' | 'ringing' | 'talking', MessageId> = { idle: 'try.idle', ringing: 'try.ringing', talking: 'try.talking' };

/** How the call stands, and what the caller hears. */
function Line() {
  const t = useT();
  const { stage, answeredMs, endedBy, refusal, steps } = useStore(phone);
  const heard = stage === 'talking' ? hearing(steps) : null;
  const words = refusal
    ? t('try.refused', { text: refusal.text })
    : stage === 'ended'
      ? t('try.ended', { by: endedBy ?? 'centre' })
      : t(STAGES[stage]);
  return (
    <div className={classes.line}>
      <p role="status" className="spread">
        <span>{words}</span>
        {stage === 'talking' && answeredMs !== null && <Timer since={answeredMs} />}
      </p>
      {heard && <p className="dim">{t('try.hears', { what: heard.kind === 'text' ? heard.text : t(heard.kind === 'agent' ? 'try.hears_agent' : 'try.hears_music') })}</p>}
    </div>
  );
}

function Pad({ isUp }: { isUp: boolean }) {
  const t = useT();
  const { keys } = useStore(phone);
  return (
    <div role="group" aria-label={t('keypad')}>
      <output className={`${classes.sent} num`} aria-label={t('keypad.sent')}>
        {keys || t('keypad.none')}
      </output>
      <div className={classes.keys}>
        {KEYS.map((key) => (
          <button key={key} type="button" className={classes.key} disabled={!isUp} onClick={() => press(key)}>
            {key}
          </button>
        ))}
      </div>
    </div>
  );
}

/** Typed speech: for who has no microphone, or is not alone in the room. */
function Say({ isUp, voices }: { isUp: boolean; voices: string[] }) {
  const t = useT();
  const [text, setText] = useState('');
  const [isSaying, setSaying] = useState(false);
  const hasJapanese = voices.includes('ja');
  const isMute = voices.length === 0;
  const note = isMute ? t('try.no_voice') : hasJapanese ? undefined : t('try.no_japanese');
  const isSpoken = !isMute && (hasJapanese || !JAPANESE.test(text));
  const speak = async (event: FormEvent) => {
    event.preventDefault();
    if (!text.trim() || !isSpoken) return;
    setSaying(true);
    try {
      await say(text.trim());
      setText('');
    } catch (error) {
      toast(problemText(error), 'error');
    } finally {
      setSaying(false);
    }
  };
  return (
    <form onSubmit={(event) => void speak(event)} className={classes.say}>
      <TextInput
        label={t('try.say')}
        description={note}
        placeholder={t(hasJapanese ? 'try.say_example' : 'try.say_example_english')}
        value={text}
        maxLength={LONGEST}
        disabled={!isUp || isMute}
        error={text !== '' && !isSpoken}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Button type="submit" leftSection={<IconMessage2 size={20} stroke={1.75} aria-hidden />} disabled={!isUp || !text.trim() || !isSpoken} loading={isSaying}>
        {t('try.say_it')}
      </Button>
    </form>
  );
}
