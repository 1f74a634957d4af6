// Pages of the CRM: opened by themselves where the browser allows it, else by a button.
import { call } from '../api/commands';
import type { Pop, PopOutcome } from '../api/types';
import { audioHost } from '../audio/host';
import { Store } from '../ui/store';

/** The name of the tab that pops share. */
const SAME_TAB = 'trunkline-crm';
const SEEN = 'trunkline.pops';

/** The page in the side panel, if the newest pop belongs there. */
export const panelPop = new Store<Pop | null>(null);

const keyOf = (pop: Pop) => `${pop.contact}/${pop.id}`;

/** Opens a page once, even when the server sends it again after a gap. */
export function takePop(pop: Pop): void {
  if (!isWeb(pop.url)) return;
  const seen = new Set(JSON.parse(sessionStorage.getItem(SEEN) ?? '[]') as string[]);
  const isNew = !seen.has(keyOf(pop));
  sessionStorage.setItem(SEEN, JSON.stringify([...seen, keyOf(pop)].slice(-50)));
  if (pop.target === 'panel') {
    panelPop.set(pop);
    return;
  }
  if (!isNew && pop.outcome) return;
  const host = audioHost();
  if (host) {
    host.pop(pop);
    tell(pop, 'opened');
    return;
  }
  tell(pop, openTab(pop) ? 'opened' : 'blocked');
}

/** The agent asks for it: a click may always open a tab. */
export function openByHand(pop: Pop): void {
  const host = audioHost();
  if (host) host.pop(pop);
  else if (isWeb(pop.url) && openTab(pop)) tell(pop, 'opened_by_hand');
}

export function tell(pop: Pop, outcome: PopOutcome): void {
  // What became of a pop is for the trace; the agent goes on without it.
  void call.pop(pop.contact, pop.id, outcome).catch(() => undefined);
}

function openTab(pop: Pop): boolean {
  const opened = window.open(pop.url, pop.target === 'same_tab' ? SAME_TAB : '_blank');
  if (!opened) return false;
  try {
    // The page may not reach back into the desktop.
    opened.opener = null;
  } catch {
    // The same tab as before, already at another site: it has no way back either.
  }
  return true;
}

/** Pages only, never a script. */
export function isWeb(url: string): boolean {
  return URL.canParse(url) && ['https:', 'http:'].includes(new URL(url).protocol);
}
