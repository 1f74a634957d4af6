import { Menu } from '@mantine/core';
import { IconCheck, IconChevronDown, IconCircleCheck, IconCoffee } from '@tabler/icons-react';
import { useRef, useState, type KeyboardEvent } from 'react';

import { desk as commands } from '../api/commands';
import type { Choice, DeskView } from '../api/types';
import { ariaKeys, keysOf, useShortcut } from '../app/shortcuts';
import { useT } from '../i18n';
import { spoken } from '../i18n/format';
import { serverNow } from '../live/clock';
import { Timer } from '../ui/Timer';
import { isActive } from './controls';
import { useDesk } from './DeskContext';
import { isBusy } from './state';
import classes from './StatePill.module.css';
import { sign, stateWords } from './words';

/** State, its time, and the list of states; while engaged it chooses the next one. */
export function StatePill() {
  const t = useT();
  const { view, state, controls, run } = useDesk();
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const { look, icon: Icon } = sign(state.column === 'lost' ? state.under : state.column);
  const words = stateWords(view, state.column === 'lost' ? state.under : state.column);
  const since = state.under === 'on_hold' ? (view.contact?.parties[0]?.since_ms ?? view.state.since_ms) : view.state.since_ms;
  const isNext = isBusy(state.under);

  const choose = (choice: Choice) => {
    setOpen(false);
    void run('state', () => commands.setState(choice));
  };
  useShortcut('available', () => choose({ state: 'available' }), isActive(controls.available));
  useShortcut(
    'idle',
    () => {
      setOpen(true);
      button.current?.focus();
    },
    isActive(controls.idle),
  );

  // While the list is open, 1 to 9 choose a reason.
  const byDigit = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !/^Digit[1-9]$/.test(event.code)) return;
    const code = view.idle_codes[Number(event.code.slice(5)) - 1];
    if (code && isActive(controls.idle)) choose({ state: 'idle', code: code.id });
  };

  const chosen = chosenOf(view, isNext);
  const isChosen = (choice: Choice) => JSON.stringify(choice) === JSON.stringify(chosen);

  return (
    <Menu opened={isOpen} onChange={setOpen} position="bottom-end" width={264} withinPortal>
      <Menu.Target>
        <button
          ref={button}
          type="button"
          className={classes.pill}
          data-look={look}
          data-state={state.under}
          aria-label={t('pill.label', { state: words, time: spoken(serverNow() - since) })}
          aria-keyshortcuts={ariaKeys('idle')}
          // The list takes the focus a moment after it opens: whoever types on loses no key.
          onKeyDown={isOpen ? byDigit : undefined}
        >
          <Icon size={20} stroke={1.75} aria-hidden className={classes.icon} />
          <span className={classes.word}>{words}</span>
          <Timer since={since} className={classes.time} />
          <IconChevronDown size={16} stroke={1.75} aria-hidden className={classes.icon} />
        </button>
      </Menu.Target>
      <Menu.Dropdown onKeyDown={byDigit}>
        <Menu.Label>{isNext ? t('pill.after') : t('pill.now')}</Menu.Label>
        <Menu.Item
          leftSection={<IconCircleCheck size={20} stroke={1.75} className={classes.available} aria-hidden />}
          rightSection={<Aside isChosen={isChosen({ state: 'available' })} keys={keysOf('available')} />}
          disabled={!isActive(controls.available)}
          onClick={() => choose({ state: 'available' })}
        >
          {t('state.available')}
        </Menu.Item>
        {controls.available.cell === 'disabled' && controls.available.reason && <p className={classes.reason}>{t(controls.available.reason)}</p>}
        <Menu.Divider />
        <Menu.Label>{t('state.idle')}</Menu.Label>
        {view.idle_codes.map((code, at) => (
          <Menu.Item
            key={code.id}
            leftSection={<IconCoffee size={20} stroke={1.75} aria-hidden />}
            rightSection={<Aside isChosen={isChosen({ state: 'idle', code: code.id })} keys={at < 9 ? String(at + 1) : ''} />}
            disabled={!isActive(controls.idle)}
            onClick={() => choose({ state: 'idle', code: code.id })}
          >
            {code.name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** The state that is marked in the list: the one after the contact, or the one in force. */
function chosenOf(view: DeskView, isNext: boolean): Choice | null {
  if (isNext) return view.next ?? null;
  if (view.state.kind === 'available') return { state: 'available' };
  return view.state.kind === 'idle' && view.state.code ? { state: 'idle', code: view.state.code } : null;
}

function Aside({ isChosen, keys }: { isChosen: boolean; keys: string }) {
  const t = useT();
  return (
    <span className="row">
      {isChosen && <IconCheck size={16} stroke={2} aria-label={t('pill.chosen')} />}
      <kbd className={classes.keys}>{keys}</kbd>
    </span>
  );
}
