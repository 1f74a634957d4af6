// Several tabs, one desktop: one of them leads (rings, opens pages); drafts go from tab to tab.
import { Store } from '../ui/store';

type TabMessage = { kind: 'draft'; contact: string; values: Record<string, string> } | { kind: 'ended'; contact: string } | { kind: 'signed_out' };

const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('trunkline');

/** Whether this tab is the one that rings and opens pages where no tab owns the audio. */
export const isLeader = new Store<boolean>(!('locks' in navigator));

/** Stands in line to lead; the lock passes on by itself when the leading tab dies. */
export function standForLeader(): void {
  if (!('locks' in navigator)) return;
  void navigator.locks.request('trunkline.leader', () => {
    isLeader.set(true);
    return new Promise<never>(() => undefined);
  });
}

export function tellTabs(message: TabMessage): void {
  channel?.postMessage(message);
}

export function onTabMessage(listener: (message: TabMessage) => void): () => void {
  const receive = (event: MessageEvent<TabMessage>) => listener(event.data);
  channel?.addEventListener('message', receive);
  return () => channel?.removeEventListener('message', receive);
}
