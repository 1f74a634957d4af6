import { Popover } from '@mantine/core';
import { useRef, useState, type KeyboardEvent, type ReactNode, type RefObject } from 'react';

import { call } from '../api/commands';
import { useT } from '../i18n';
import { AT_ONCE, useFocusAtOnce } from '../ui/useFocusAtOnce';
import { useDesk } from './DeskContext';
import classes from './Keypad.module.css';

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];
const SHOWN = 20;

interface Props {
  isOpen: boolean;
  onOpen: (isOpen: boolean) => void;
  contact: string;
  children: ReactNode;
}

/** Keys for the other side. While it is open and has the focus, typed digits are sent too. */
export function Keypad({ isOpen, onOpen, contact, children }: Props) {
  const t = useT();
  const first = useFocusAtOnce<HTMLButtonElement>(isOpen);
  return (
    <Popover opened={isOpen} onChange={onOpen} transitionProps={AT_ONCE} position="bottom" withArrow trapFocus returnFocus withRoles={false}>
      <Popover.Target>
        <span className={classes.target}>{children}</span>
      </Popover.Target>
      <Popover.Dropdown role="dialog" aria-label={t('keypad')}>
        <Keys first={first} contact={contact} />
      </Popover.Dropdown>
    </Popover>
  );
}

function Keys({ first, contact }: { first: RefObject<HTMLButtonElement | null>; contact: string }) {
  const t = useT();
  const { run } = useDesk();
  const [sent, setSent] = useState('');
  // One after the other, so that the digits arrive in their order.
  const queue = useRef<Promise<unknown>>(Promise.resolve());

  const press = (digit: string) => {
    setSent((before) => (before + digit).slice(-SHOWN));
    queue.current = queue.current.then(() => run('keys', () => call.keys(contact, digit)));
  };
  const byKeyboard = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.nativeEvent.isComposing || !KEYS.includes(event.key)) return;
    event.preventDefault();
    press(event.key);
  };

  return (
    // The keys are buttons; typing the digits is a second way.
    <div role="group" aria-label={t('keypad')} onKeyDown={byKeyboard}>
      <output className={`${classes.sent} num`} aria-label={t('keypad.sent')}>
        {sent || t('keypad.none')}
      </output>
      <div className={classes.keys}>
        {KEYS.map((key) => (
          <button key={key} ref={key === '1' ? first : undefined} type="button" className={classes.key} onClick={() => press(key)}>
            {key}
          </button>
        ))}
      </div>
    </div>
  );
}
