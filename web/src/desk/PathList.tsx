import {
  IconAlertTriangle,
  IconArrowsLeftRight,
  IconBellRinging,
  IconBellX,
  IconDialpad,
  IconExternalLink,
  IconHourglass,
  IconMessageCircleUser,
  IconPhoneCall,
  IconPhoneIncoming,
  IconPhoneOff,
  IconPlayerPause,
  IconPlayerPlay,
  IconPointFilled,
  IconSearch,
  IconVolume,
  type Icon,
} from '@tabler/icons-react';

import type { PathStep } from '../api/types';
import { t as text, useT, type MessageId } from '../i18n';
import { clock } from '../i18n/format';
import { phone } from '../i18n/phone';
import classes from './PathList.module.css';

interface Sentence {
  icon: Icon;
  words: MessageId;
}

const SENTENCES: Record<string, Sentence> = {
  called: { icon: IconPhoneIncoming, words: 'path.called' },
  request: { icon: IconSearch, words: 'path.request' },
  heard: { icon: IconVolume, words: 'path.heard' },
  pressed: { icon: IconDialpad, words: 'path.pressed' },
  queued: { icon: IconHourglass, words: 'path.queued' },
  offered: { icon: IconBellRinging, words: 'path.offered' },
  missed: { icon: IconBellX, words: 'path.missed' },
  answered: { icon: IconPhoneCall, words: 'path.answered' },
  held: { icon: IconPlayerPause, words: 'path.held' },
  resumed: { icon: IconPlayerPlay, words: 'path.resumed' },
  consulted: { icon: IconMessageCircleUser, words: 'path.consulted' },
  transferred: { icon: IconArrowsLeftRight, words: 'path.transferred' },
  requeued: { icon: IconHourglass, words: 'path.requeued' },
  hung_up: { icon: IconPhoneOff, words: 'path.hung_up' },
  problem: { icon: IconAlertTriangle, words: 'path.problem' },
  pop: { icon: IconExternalLink, words: 'path.pop' },
};

/** Why somebody did not take a contact, as the message chooses by it. */
const REASONS: Record<string, string> = { declined: 'declined', 'device failed': 'device' };

/** Words for each name that a sentence may need: numbers are formatted, gaps closed. */
function values(step: PathStep): Record<string, string> {
  const known = Object.fromEntries(Object.entries(step.with).map(([name, value]) => [name, /^\+\d{6,15}$/.test(value) ? phone(value) : value]));
  const blank = { dnis: '', number: '', entry_point: '', name: '', status: '', text: '', digits: '', queue: '', agent: '', to: '', by: 'other', label: '', reason: '' };
  const all = { ...blank, ...known };
  return { ...all, to: all.to || all.number, queue: all.queue || all.agent, reason: REASONS[all.reason] ?? 'other' };
}

function sentence(step: PathStep): string {
  const known = SENTENCES[step.kind];
  // A newer server may know more kinds than this page.
  if (!known) return Object.values(step.with).join(' · ') || step.kind;
  return text(known.words, values(step)).replace(/\s*[（(]\s*[)）]/, '').trim();
}

/** What the caller did, as sentences; the newest last. */
export function PathList({ path }: { path: PathStep[] }) {
  const t = useT();
  if (path.length === 0) return <p className="dim">{t('path.none')}</p>;
  return (
    <ol className={classes.list}>
      {path.map((step, at) => {
        const Picture = step.is_problem ? IconAlertTriangle : (SENTENCES[step.kind]?.icon ?? IconPointFilled);
        return (
          <li key={at} className={classes.step} data-problem={step.is_problem || undefined}>
            <span className={`${classes.time} num`}>{clock(step.t_ms)}</span>
            <Picture size={20} stroke={1.75} aria-hidden />
            <span className={classes.text}>
              {sentence(step)}
              {step.is_problem && step.kind !== 'problem' && <span className={classes.mark}>{t('path.failed')}</span>}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
