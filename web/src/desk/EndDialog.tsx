import { Button, Modal } from '@mantine/core';

import { call } from '../api/commands';
import { useT } from '../i18n';
import { useContact } from './DeskContext';
import { noteOwnEnd } from './ownEnd';
import { present } from './state';

/** Asks before somebody would be cut off: the caller on hold, or the others of a conference. */
export function EndDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const t = useT();
  const { contact, state, run } = useContact();
  const isConference = state.under === 'conference';

  const end = () => {
    onClose();
    noteOwnEnd(contact.id);
    void run('end', async () => {
      // Whoever ends leaves a conference: for it to be over for everyone the others go first.
      for (const party of present(contact)) {
        if (party.kind !== 'caller') await call.drop(contact.id, party.id);
      }
      return call.end(contact.id);
    });
  };
  const leave = () => {
    onClose();
    void run('end', () => call.transfer(contact.id, null));
  };

  return (
    <Modal opened={isOpen} onClose={onClose} title={t(isConference ? 'end.conference_title' : 'end.hold_title')} closeButtonProps={{ 'aria-label': t('close') }}>
      <p>{t(isConference ? 'end.conference_text' : 'end.hold_text')}</p>
      <div className="row wrap" style={{ marginTop: 16, justifyContent: 'flex-end' }}>
        <Button onClick={onClose} data-autofocus>
          {t('cancel')}
        </Button>
        {isConference && <Button onClick={leave}>{t('end.leave_only')}</Button>}
        <Button variant="filled" color="danger" onClick={end}>
          {t(isConference ? 'end.for_all' : 'end.now')}
        </Button>
      </div>
    </Modal>
  );
}
