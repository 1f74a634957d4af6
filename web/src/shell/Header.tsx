import { ActionIcon, Button } from '@mantine/core';
import { IconPhoneOutgoing } from '@tabler/icons-react';
import { useState } from 'react';

import { keysOf, useShortcut } from '../app/shortcuts';
import { isActive } from '../desk/controls';
import { useDeskIfAny, type Desk } from '../desk/DeskContext';
import { OutdialDialog } from '../desk/OutdialDialog';
import { StatePill } from '../desk/StatePill';
import { useNarrow } from '../desk/useNarrow';
import { useT } from '../i18n';
import { Brand } from './Brand';
import classes from './Header.module.css';
import { LineQuality } from './LineQuality';
import { UserMenu } from './UserMenu';

/** Who I am, how my line is, and my state; the state never leaves the screen. */
export function Header({ isPanel, onShortcuts }: { isPanel?: boolean; onShortcuts: () => void }) {
  const t = useT();
  const desk = useDeskIfAny();
  const isNarrow = useNarrow() || isPanel;
  const isAtWork = desk !== null && desk.state.under !== 'signed_out' && desk.state.column !== 'elsewhere';
  return (
    <header className={classes.header}>
      {!isNarrow && <Brand />}
      {!isNarrow && isAtWork && desk.view.team && <span className={classes.team}>{t('header.team', { team: desk.view.team.name })}</span>}
      {isNarrow && <UserMenu onShortcuts={onShortcuts} />}
      <span className={classes.space} />
      {isAtWork && desk.view.device === 'browser' && !isNarrow && <LineQuality />}
      {isAtWork && <Outdial desk={desk} isNarrow={isNarrow} />}
      {isAtWork && <StatePill />}
      {!isNarrow && <UserMenu onShortcuts={onShortcuts} />}
    </header>
  );
}

function Outdial({ desk, isNarrow }: { desk: Desk; isNarrow?: boolean }) {
  const t = useT();
  const [isOpen, setOpen] = useState(false);
  const control = desk.controls.outdial;
  useShortcut('outdial', () => setOpen(true), isActive(control));
  if (control.cell === 'hidden') return null;
  const isDisabled = !isActive(control);
  const title = control.reason ? t(control.reason) : keysOf('outdial');
  const icon = <IconPhoneOutgoing size={20} stroke={1.75} aria-hidden />;
  return (
    <>
      {isNarrow ? (
        <ActionIcon variant="default" aria-label={t('outdial')} title={title} disabled={isDisabled} onClick={() => setOpen(true)}>
          {icon}
        </ActionIcon>
      ) : (
        <Button leftSection={icon} title={title} disabled={isDisabled} onClick={() => setOpen(true)}>
          {t('outdial')}
        </Button>
      )}
      <OutdialDialog isOpen={isOpen} onClose={() => setOpen(false)} />
    </>
  );
}
