// Words and signs of states, the same everywhere.
import {
  IconBellRinging,
  IconBellX,
  IconCircleCheck,
  IconClipboardCheck,
  IconCoffee,
  IconMessageCircleUser,
  IconPhoneCall,
  IconPhoneOutgoing,
  IconPlayerPause,
  IconUsersGroup,
  IconWifiOff,
  type Icon,
} from '@tabler/icons-react';

import type { Choice, DeskView } from '../api/types';
import { t, type MessageId } from '../i18n';
import type { Column } from './state';

/** The set of colours of a state. */
export type Look = 'available' | 'idle' | 'offered' | 'engaged' | 'hold' | 'wrapup' | 'rona' | 'offline';

interface Sign {
  look: Look;
  icon: Icon;
  word: MessageId;
}

const SIGNS: Record<Column, Sign> = {
  signed_out: { look: 'offline', icon: IconWifiOff, word: 'state.signed_out' },
  idle: { look: 'idle', icon: IconCoffee, word: 'state.idle' },
  available: { look: 'available', icon: IconCircleCheck, word: 'state.available' },
  offered: { look: 'offered', icon: IconBellRinging, word: 'state.offered' },
  dialling: { look: 'engaged', icon: IconPhoneOutgoing, word: 'state.dialling' },
  answered: { look: 'engaged', icon: IconPhoneCall, word: 'state.engaged' },
  on_hold: { look: 'hold', icon: IconPlayerPause, word: 'state.on_hold' },
  consulting: { look: 'engaged', icon: IconMessageCircleUser, word: 'state.consulting' },
  conference: { look: 'engaged', icon: IconUsersGroup, word: 'state.conference' },
  wrap_up: { look: 'wrapup', icon: IconClipboardCheck, word: 'state.wrap_up' },
  rona: { look: 'rona', icon: IconBellX, word: 'state.rona' },
  lost: { look: 'offline', icon: IconWifiOff, word: 'state.lost' },
  elsewhere: { look: 'offline', icon: IconWifiOff, word: 'state.elsewhere' },
};

export function sign(column: Column): Sign {
  return SIGNS[column];
}

const SERVER_CODES: Record<string, MessageId> = {
  lost_connection: 'idle.lost_connection',
  signed_in: 'idle.signed_in',
};

/** Why an agent is Idle, in words; empty if there is no reason worth a word. */
export function idleReason(view: DeskView, code: string | null | undefined): string {
  if (!code) return '';
  const own = SERVER_CODES[code];
  const name = own ? t(own) : (view.idle_codes.find((one) => one.id === code)?.name ?? '');
  // A code that is called as the state itself says nothing more.
  return name === t('state.idle') ? '' : name;
}

/** A state with its reason: "Idle, Lunch". */
export function choiceWords(view: DeskView, choice: Choice): string {
  if (choice.state === 'available') return t('state.available');
  const reason = idleReason(view, choice.code);
  return reason ? t('state.idle_because', { reason }) : t('state.idle');
}

export function stateWords(view: DeskView, column: Column): string {
  if (column === 'idle') {
    const reason = idleReason(view, view.state.code);
    if (reason) return t('state.idle_because', { reason });
  }
  return t(sign(column).word);
}
