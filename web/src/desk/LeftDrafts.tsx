import { Button } from '@mantine/core';
import { IconNotes } from '@tabler/icons-react';
import { useEffect, useState } from 'react';

import { call } from '../api/commands';
import { useT } from '../i18n';
import { dateTime } from '../i18n/format';
import { serverNow } from '../live/clock';
import { CopyButton } from '../ui/CopyButton';
import { forgetDraft, leftDrafts, type Draft } from './drafts';
import { useDesk } from './DeskContext';
import classes from './HoldBar.module.css';

/** What was typed for a contact that ended while there was no network: sent, or shown to be copied. */
export function LeftDrafts({ current }: { current: string | null }) {
  const t = useT();
  const { live } = useDesk();
  const [left, setLeft] = useState<Draft[]>([]);

  useEffect(() => {
    if (live.line !== 'open') return undefined;
    let isHere = true;
    const settle = async () => {
      const refused: Draft[] = [];
      for (const draft of await leftDrafts(current, Date.now())) {
        try {
          await call.draft(draft.contact, Object.entries(draft.values));
          await forgetDraft(draft.contact);
        } catch {
          refused.push(draft);
        }
      }
      if (isHere) setLeft(refused);
    };
    void settle();
    return () => {
      isHere = false;
    };
  }, [current, live.line]);

  const forget = (draft: Draft) => {
    void forgetDraft(draft.contact);
    setLeft(left.filter((one) => one !== draft));
  };
  return left.map((draft) => {
    const text = Object.values(draft.values).join('\n');
    return (
      <div key={draft.contact} className={classes.bar} style={{ marginBottom: 12 }} role="group" aria-label={t('left.title')}>
        <IconNotes size={20} stroke={1.75} aria-hidden />
        <span>
          {t('left.text', { time: dateTime(Math.min(draft.typedMs, serverNow())) })} <em style={{ fontStyle: 'normal', fontWeight: 600 }}>{text.slice(0, 80)}</em>
        </span>
        <span className="row" style={{ marginInlineStart: 'auto' }}>
          <CopyButton text={text} what={t('left.what')} />
          <Button size="compact-sm" onClick={() => forget(draft)}>
            {t('left.discard')}
          </Button>
        </span>
      </div>
    );
  });
}
