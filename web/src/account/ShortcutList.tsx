import { Button } from '@mantine/core';
import { useState, type KeyboardEvent } from 'react';

import { problemText } from '../api/problems';
import { changePreferences, preferences } from '../app/preferences';
import { ACTIONS, isRemapped, keysOf, pressed, type Action, combination } from '../app/shortcuts';
import { useT, type MessageId } from '../i18n';
import { toast } from '../ui/announce';
import { useStore } from '../ui/store';
import classes from './Account.module.css';

const WORDS: Record<Action, MessageId> = {
  available: 'shortcut.available',
  idle: 'shortcut.idle',
  answer: 'offer.answer',
  decline: 'offer.decline',
  outdial: 'outdial',
  mute: 'shortcut.mute',
  hold: 'shortcut.hold',
  keypad: 'keypad',
  consult: 'consult',
  transfer: 'transfer',
  conference: 'conference',
  swap: 'consult.swap',
  end_consult: 'consult.end',
  recording: 'shortcut.recording',
  end: 'end',
  wrap_up: 'wrap_up.code',
  save: 'details.save',
  done: 'wrap_up.done',
  palette: 'palette',
  shortcuts: 'shortcuts.title',
  swap_sides: 'try.swap_long',
};

/** All keys; where they may be changed, a key combination is taken as it is pressed. */
export function ShortcutList({ isEditable }: { isEditable?: boolean }) {
  const t = useT();
  const { shortcuts } = useStore(preferences);
  const [listening, setListening] = useState<Action | null>(null);

  const put = (action: Action, keys: string | null) => {
    const rest = Object.fromEntries(Object.entries(shortcuts).filter(([name]) => name !== action));
    changePreferences({ shortcuts: keys === null ? rest : { ...rest, [action]: keys } }, true).catch((error: unknown) => toast(problemText(error), 'error'));
  };
  const take = (action: Action) => (event: KeyboardEvent) => {
    if (listening !== action || event.key === 'Tab') return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === 'Escape') {
      setListening(null);
      return;
    }
    const keys = pressed(event.nativeEvent);
    if (keys === null) return;
    const taken = ACTIONS.find((other) => other !== action && combination(other) === keys);
    if (taken) {
      toast(t('shortcuts.taken', { action: t(WORDS[taken]) }), 'warning');
      return;
    }
    put(action, keys);
    setListening(null);
  };

  return (
    <table className={classes.keys}>
      <thead className="visually-hidden">
        <tr>
          <th scope="col">{t('shortcuts.action')}</th>
          <th scope="col">{t('shortcuts.keys')}</th>
        </tr>
      </thead>
      <tbody>
        {ACTIONS.map((action) => (
          <tr key={action}>
            <th scope="row">{t(WORDS[action])}</th>
            <td>
              {isEditable && isRemapped(action) && (
                <Button size="compact-xs" variant="subtle" onClick={() => put(action, null)} aria-label={t('shortcuts.reset_what', { action: t(WORDS[action]) })}>
                  {t('shortcuts.reset')}
                </Button>
              )}
              {isEditable ? (
                <Button
                  size="compact-sm"
                  onClick={() => setListening(action)}
                  onBlur={() => setListening(null)}
                  onKeyDown={take(action)}
                  aria-label={t('shortcuts.change', { action: t(WORDS[action]), keys: keysOf(action) })}
                >
                  {listening === action ? t('shortcuts.press') : keysOf(action)}
                </Button>
              ) : (
                <kbd>{keysOf(action)}</kbd>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
