import { call } from '../api/commands';
import { useShortcut } from '../app/shortcuts';
import { line, setMuted } from '../audio/line';
import { useT } from '../i18n';
import { announce } from '../ui/announce';
import { useStore } from '../ui/store';
import { isActive } from './controls';
import { useContact } from './DeskContext';
import { noteOwnEnd } from './ownEnd';

interface CallActions {
  isMuted: boolean;
  mute: () => void;
  hold: () => void;
  end: () => void;
}

/** What an agent does without looking, by a key or at the headset, on whichever page they are. */
export function useCallActions(askBeforeEnd: () => void): CallActions {
  const t = useT();
  const { view, contact, state, controls, run } = useContact();
  const microphone = useStore(line);
  const { id } = contact;
  const isAtServer = view.device === 'sip_phone';
  const isMuted = isAtServer ? contact.is_muted : microphone.isMuted;
  const isOnHold = state.under === 'on_hold';

  const say = () => announce(t(isMuted ? 'mute.off_said' : 'mute.on_said'));
  const mute = () => {
    if (isAtServer) {
      void run('mute', () => call.mute(id, !isMuted)).then((isDone) => isDone && say());
      return;
    }
    setMuted(!isMuted);
    say();
  };
  const hold = () => void run('hold', () => (isOnHold ? call.resume(id) : call.hold(id)));
  const end = () => {
    if (isOnHold || state.under === 'conference') {
      askBeforeEnd();
      return;
    }
    noteOwnEnd(id);
    void run('end', () => call.end(id));
  };

  useShortcut('mute', mute, isActive(controls.mute));
  useShortcut('hold', hold, isActive(controls.hold));
  useShortcut('end', end, isActive(controls.end));
  return { isMuted, mute, hold, end };
}
