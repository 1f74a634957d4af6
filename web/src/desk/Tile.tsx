import { Loader, Tooltip } from '@mantine/core';
import type { Icon } from '@tabler/icons-react';
import { useId } from 'react';

import { ariaKeys, keysOf, type Action } from '../app/shortcuts';
import { useT } from '../i18n';
import type { Control } from './controls';
import classes from './Tile.module.css';

interface Props {
  icon: Icon;
  label: string;
  control: Control;
  action: Action;
  onClick: () => void;
  /** For a switch: whether it is on. */
  isPressed?: boolean;
  isSending?: boolean;
  isDanger?: boolean;
  hasPopup?: 'dialog';
  /** What the tooltip adds to the name. */
  note?: string;
}

/** A call control. Keeps its place in every state; what is impossible says why. */
export function Tile({ icon: Icon, label, control, action, onClick, isPressed, isSending, isDanger, hasPopup, note }: Props) {
  const t = useT();
  const id = useId();
  if (control.cell === 'hidden') return <span className={classes.place} aria-hidden />;
  const isDisabled = control.cell === 'disabled';
  const reason = control.reason ? t(control.reason) : (note ?? '');
  return (
    <Tooltip label={reason ? t('tile.tip_reason', { keys: keysOf(action), reason }) : keysOf(action)}>
      <button
        type="button"
        className={classes.tile}
        data-primary={control.cell === 'primary' || undefined}
        data-danger={isDanger || undefined}
        data-control={action}
        // Not `disabled`: the reason must be reachable with the keyboard.
        aria-disabled={isDisabled || undefined}
        aria-pressed={isPressed}
        aria-haspopup={hasPopup}
        aria-describedby={reason ? id : undefined}
        aria-keyshortcuts={ariaKeys(action)}
        onClick={isDisabled ? undefined : onClick}
      >
        {isSending ? <Loader size={20} color="currentColor" aria-label={t('sending')} /> : <Icon size={20} stroke={1.75} aria-hidden />}
        <span className={classes.label}>{label}</span>
        {reason && (
          <span id={id} hidden>
            {reason}
          </span>
        )}
      </button>
    </Tooltip>
  );
}
