import { Button, Select } from '@mantine/core';
import { IconCheck, IconClockPlus } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';

import { call } from '../api/commands';
import { ariaKeys, keysOf, useShortcut } from '../app/shortcuts';
import { play } from '../audio/tones';
import { useT } from '../i18n';
import { number } from '../i18n/format';
import { useNow } from '../live/useNow';
import { announce, toast } from '../ui/announce';
import { Section } from '../ui/Section';
import { Timer } from '../ui/Timer';
import { lastCode, rememberCode, usualCodes } from './codes';
import { isActive } from './controls';
import { useContact } from './DeskContext';
import type { Details } from './useDetails';
import classes from './WrapUpPanel.module.css';

const WARN_S = 20;
const TONE_S = 10;
const SAID_S = [10, 5];

/** What became of the call: codes as chips, the rest by search, and the time that is left. */
export function WrapUpPanel({ details, fold }: { details: Details; fold?: 'open' | 'closed' }) {
  const t = useT();
  const { contact, view, controls, state, run, sending } = useContact();
  const [chosen, setChosen] = useState<string | null>(null);
  const first = useRef<HTMLButtonElement>(null);
  const code = chosen ?? contact.wrap_up?.code?.id ?? null;
  const isAfter = state.under === 'wrap_up';
  const isLost = state.column === 'lost';
  const [chips, others] = usualCodes(view.wrap_up_codes, contact.queue?.id ?? '', code);

  const choose = (id: string) => {
    setChosen(id);
    rememberCode(contact.queue?.id ?? '', id);
    if (!isLost) void run('code', () => call.wrapUp(contact.id, { action: 'code', code: id }));
  };
  const done = async () => {
    if (details.isDirty && !(await details.save())) return;
    await run('done', () => call.wrapUp(contact.id, { action: 'done', code }));
  };
  const mayFinish = isAfter && !isLost;
  useShortcut('done', () => void done(), mayFinish);
  useShortcut('wrap_up', () => first.current?.focus(), isActive(controls.wrap_up));

  return (
    <Section title={t('wrap_up.code')} fold={fold} aside={isAfter ? <Left /> : undefined}>
      <div className={classes.chips} role="radiogroup" aria-label={t('wrap_up.code')}>
        {chips.map((one, at) => (
          <button
            key={one.id}
            ref={at === 0 ? first : undefined}
            type="button"
            role="radio"
            className={classes.chip}
            aria-checked={one.id === code}
            onClick={() => choose(one.id)}
          >
            {one.id === code && <IconCheck size={16} stroke={2} aria-hidden />}
            {one.name}
            {one.id === lastCode(contact.queue?.id ?? '') && one.id !== code && <span className={classes.last}>{t('wrap_up.last')}</span>}
          </button>
        ))}
        {chips.length === 0 && <span className="dim">{t('wrap_up.no_codes')}</span>}
      </div>
      {(others.length > 0 || isAfter) && (
        <div className={classes.foot}>
          {others.length > 0 && (
            <Select
              className={classes.search}
              aria-label={t('wrap_up.search')}
              placeholder={t('wrap_up.search')}
              searchable
              data={others.map((one) => ({ value: one.id, label: one.name }))}
              value={null}
              onChange={(id) => id && choose(id)}
              nothingFoundMessage={t('nothing_found')}
            />
          )}
          {isAfter && (
            <Button
              variant="filled"
              className={classes.done}
              leftSection={<IconCheck size={20} stroke={1.75} aria-hidden />}
              onClick={() => void done()}
              loading={sending === 'done'}
              disabled={isLost}
              aria-keyshortcuts={ariaKeys('done')}
              title={keysOf('done')}
            >
              {t('wrap_up.done')}
            </Button>
          )}
        </div>
      )}
    </Section>
  );
}

/** Seconds until wrap-up ends by itself; a warning, and more time by one click. */
function Left() {
  const t = useT();
  const { contact, run, state, sending } = useContact();
  const now = useNow();
  const until = contact.wrap_up?.until_ms;
  const seconds = until === null || until === undefined ? null : Math.max(0, Math.ceil((until - now) / 1000));
  const said = useRef(new Set<number>());

  useEffect(() => {
    if (seconds === null || !SAID_S.includes(seconds) || said.current.has(seconds)) return;
    said.current.add(seconds);
    announce(t('wrap_up.left', { seconds }), 'polite');
    if (seconds === TONE_S) play('wrap_up_soon');
  }, [seconds, t]);

  if (seconds === null) {
    return (
      <span className="meta">
        {t('wrap_up.time')} <Timer since={contact.wrap_up?.since_ms} />
      </span>
    );
  }
  const extend = () => void run('extend', () => call.wrapUp(contact.id, { action: 'extend' })).then((isDone) => isDone && toast(t('wrap_up.extended')));
  return (
    <span className={classes.left} data-soon={seconds <= WARN_S || undefined}>
      <span>
        <strong className={`${classes.seconds} num`}>{number(seconds)}</strong> {t('offer.seconds_left')}
      </span>
      <Button size="xs" leftSection={<IconClockPlus size={16} stroke={1.75} aria-hidden />} onClick={extend} disabled={state.column === 'lost'} loading={sending === 'extend'}>
        {t('wrap_up.extend')}
      </Button>
    </span>
  );
}
