import { CloseButton } from '@mantine/core';

import { desk as commands } from '../api/commands';
import { useT } from '../i18n';
import { tabName } from '../live/tab';
import { Timer } from '../ui/Timer';
import { useDesk } from './DeskContext';
import classes from './DeskFoot.module.css';
import { choiceWords } from './words';

/** The next state, the queues, and which tab has the audio. */
export function DeskFoot() {
  const t = useT();
  const { view, run } = useDesk();
  const busiest = [...view.queues].sort((a, b) => b.waiting - a.waiting)[0];
  return (
    <footer className={classes.foot}>
      {view.next && (
        <span className={classes.next}>
          {t('next.chip', { state: choiceWords(view, view.next) })}
          <CloseButton size="sm" aria-label={t('next.remove')} onClick={() => void run('next', commands.clearNext)} />
        </span>
      )}
      {busiest && (
        <span className={classes.item}>
          {t('foot.queue', { queue: busiest.name, count: busiest.waiting })}
          {busiest.longest_since_ms && (
            <>
              {t('foot.longest')} <Timer since={busiest.longest_since_ms} />
            </>
          )}
        </span>
      )}
      {view.device === 'browser' && view.audio_owner && (
        <span className={`${classes.item} ${view.audio_owner === tabName() ? classes.owned : ''}`}>{t(view.audio_owner === tabName() ? 'audio.this_tab' : 'audio.other_tab')}</span>
      )}
    </footer>
  );
}
