import { IconCircle, IconCircleCheck, IconCirclePlay } from '@tabler/icons-react';
import { useEffect, useState } from 'react';

import { useT, type MessageId } from '../i18n';
import { useStore } from '../ui/store';
import { isHearing, mixer } from './mixer';
import { phone } from './phone';
import classes from './Try.module.css';

const LISTEN_MS = 250;

const STEPS: MessageId[] = ['try.step_sound', 'try.step_call', 'try.step_listen', 'try.step_answer', 'try.step_talk', 'try.step_hang_up', 'try.step_note'];

/** Where one is; each step is ticked by what has really happened. */
export function Strip({ hasNote }: { hasNote: boolean }) {
  const t = useT();
  const { isOn } = useStore(mixer);
  const { contact, steps, stage, refusal } = useStore(phone);
  const has = (kind: string) => steps.some((step) => step.kind === kind);
  const isAnswered = has('contact.answered');
  const hasTalked = useTalk(contact, isAnswered && stage === 'talking');
  const done = [isOn, contact !== null, has('contact.offered'), isAnswered, hasTalked, stage === 'ended' && !refusal, hasNote];
  const now = done.findIndex((one) => !one);
  return (
    <ol className={classes.strip} aria-label={t('try.steps')}>
      {STEPS.map((words, at) => {
        const Picture = done[at] ? IconCircleCheck : at === now ? IconCirclePlay : IconCircle;
        return (
          <li key={words} className={classes.point} data-done={done[at] || undefined} aria-current={at === now ? 'step' : undefined}>
            <Picture size={20} stroke={1.75} aria-label={t(done[at] ? 'try.done' : at === now ? 'try.next' : 'try.open')} />
            {t(words)}
          </li>
        );
      })}
    </ol>
  );
}

/** Whether one of the two has been heard by the other since the agent answered. */
function useTalk(contact: string | null, isTalking: boolean): boolean {
  const [heard, setHeard] = useState<string | null>(null);
  useEffect(() => {
    if (!isTalking || heard === contact) return undefined;
    const timer = setInterval(() => {
      if (isHearing('agent') || isHearing('caller')) setHeard(contact);
    }, LISTEN_MS);
    return () => clearInterval(timer);
  }, [isTalking, contact, heard]);
  return contact !== null && heard === contact;
}
