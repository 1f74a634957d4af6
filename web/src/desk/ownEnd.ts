// Who ends a call needs not be told that it ended, in none of their tabs.
import { onTabMessage, tellTabs } from '../live/tabs';

let ended: string | null = null;

onTabMessage((message) => {
  if (message.kind === 'ended') ended = message.contact;
});

export function noteOwnEnd(contact: string): void {
  ended = contact;
  tellTabs({ kind: 'ended', contact });
}

export function isOwnEnd(contact: string | null): boolean {
  return contact !== null && ended === contact;
}
