import {
  IconArrowsLeftRight,
  IconDialpad,
  IconMessageCircleUser,
  IconMicrophone,
  IconMicrophoneOff,
  IconPhoneEnd,
  IconPlayerPause,
  IconPlayerPlay,
  IconClockPause,
  IconClockRecord,
  IconUsersPlus,
} from '@tabler/icons-react';
import { useState } from 'react';

import { call } from '../api/commands';
import type { Destination } from '../api/types';
import { useShortcut } from '../app/shortcuts';
import { useT } from '../i18n';
import { isActive } from './controls';
import { useContact } from './DeskContext';
import { EndDialog } from './EndDialog';
import { Keypad } from './Keypad';
import { Picker } from './Picker';
import { Tile } from './Tile';
import { useCallActions } from './useCallActions';
import classes from './CallControls.module.css';

type Open = 'consult' | 'transfer' | 'end' | 'keypad' | null;

/** The row of call controls, End last and apart. */
export function CallControls() {
  const t = useT();
  const { contact, state, controls, run, sending } = useContact();
  const [open, setOpen] = useState<Open>(null);
  const { id } = contact;
  const { isMuted, mute, hold, end } = useCallActions(() => setOpen('end'));
  const isOnHold = state.under === 'on_hold';
  const isConsulting = state.under === 'consulting';
  const isConference = state.under === 'conference';

  const transfer = () => {
    if (isConsulting || isConference) void run('transfer', () => call.transfer(id, null));
    else setOpen('transfer');
  };
  const conference = () => void run('conference', () => call.conference(id));
  const recording = () => void run('recording', () => call.recording(id, !state.isRecordingPaused));
  const goTo = (to: Destination) => {
    const isConsult = open === 'consult';
    setOpen(null);
    void run(isConsult ? 'consult' : 'transfer', () => (isConsult ? call.consult(id, to) : call.transfer(id, to)));
  };

  useShortcut('keypad', () => setOpen(open === 'keypad' ? null : 'keypad'), isActive(controls.keypad));
  useShortcut('consult', () => setOpen('consult'), isActive(controls.consult));
  useShortcut('transfer', transfer, isActive(controls.transfer));
  useShortcut('conference', conference, isActive(controls.conference));
  useShortcut('recording', recording, isActive(controls.recording));

  return (
    <>
      <div className={classes.row} role="toolbar" aria-label={t('controls')}>
        <Tile icon={isMuted ? IconMicrophoneOff : IconMicrophone} label={t(isMuted ? 'mute.off' : 'mute.on')} control={controls.mute} action="mute" onClick={mute} isPressed={isMuted} isSending={sending === 'mute'} />
        <Tile
          icon={isOnHold ? IconPlayerPlay : IconPlayerPause}
          label={t(isOnHold ? 'hold.resume' : isConference ? 'hold.step_out' : 'hold.hold')}
          control={controls.hold}
          action="hold"
          onClick={hold}
          isSending={sending === 'hold'}
        />
        <Keypad isOpen={open === 'keypad' && isActive(controls.keypad)} onOpen={(isOpen) => setOpen(isOpen ? 'keypad' : null)} contact={id}>
          <Tile icon={IconDialpad} label={t('keypad')} control={controls.keypad} action="keypad" onClick={() => setOpen(open === 'keypad' ? null : 'keypad')} hasPopup="dialog" />
        </Keypad>
        <Tile icon={IconMessageCircleUser} label={t('consult')} control={controls.consult} action="consult" onClick={() => setOpen('consult')} isSending={sending === 'consult'} hasPopup="dialog" />
        <Tile
          icon={IconArrowsLeftRight}
          label={t(isConsulting ? 'transfer.complete' : isConference ? 'transfer.hand_over' : 'transfer')}
          note={isConsulting || isConference ? undefined : t('transfer.blind')}
          control={controls.transfer}
          action="transfer"
          onClick={transfer}
          isSending={sending === 'transfer'}
          hasPopup={isConsulting || isConference ? undefined : 'dialog'}
        />
        <Tile icon={IconUsersPlus} label={t('conference')} control={controls.conference} action="conference" onClick={conference} isSending={sending === 'conference'} />
        <Tile
          icon={state.isRecordingPaused ? IconClockRecord : IconClockPause}
          label={t(state.isRecordingPaused ? 'recording.resume' : 'recording.pause')}
          control={controls.recording}
          action="recording"
          onClick={recording}
          isSending={sending === 'recording'}
        />
        <span className={classes.gap} />
        <Tile icon={IconPhoneEnd} label={t(isConference ? 'end.leave' : 'end')} control={controls.end} action="end" onClick={end} isSending={sending === 'end'} isDanger />
      </div>
      <Picker purpose={open === 'transfer' ? 'transfer' : 'consult'} isOpen={open === 'consult' || open === 'transfer'} onClose={() => setOpen(null)} onChoose={goTo} />
      <EndDialog isOpen={open === 'end'} onClose={() => setOpen(null)} />
    </>
  );
}
