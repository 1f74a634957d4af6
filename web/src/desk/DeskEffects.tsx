import { useHostedStart } from '../try/useHostedStart';
import { useDesk, useDeskIfAny } from './DeskContext';
import { useAnnouncements } from './useAnnouncements';
import { useAudioGuard } from './useAudioGuard';
import { useHeadset } from './useHeadset';
import { useRinging } from './useRinging';
import { useTabSign } from './useTabSign';
import { useScreenPops } from './useScreenPops';

/** What happens without anything being drawn: ringing, opened pages, announcements, the tab's title. */
export function DeskEffects() {
  const desk = useDeskIfAny();
  return desk ? <Effects /> : null;
}

function Effects() {
  const desk = useDesk();
  useRinging(desk);
  useTabSign(desk);
  useScreenPops(desk);
  useAnnouncements(desk);
  useAudioGuard(desk);
  useHeadset(desk);
  useHostedStart(desk);
  return null;
}
