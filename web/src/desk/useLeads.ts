import type { DeskView } from '../api/types';
import { tabName } from '../live/tab';
import { isLeader } from '../live/tabs';
import { useStore } from '../ui/store';

/** Whether this tab rings and opens pages: the one with the audio, else the first of the browser. */
export function useLeads(view: DeskView): boolean {
  const leader = useStore(isLeader);
  return view.audio_owner ? view.audio_owner === tabName() : leader;
}
