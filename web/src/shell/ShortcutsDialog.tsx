import { Modal } from '@mantine/core';

import { ShortcutList } from '../account/ShortcutList';
import { useT } from '../i18n';

export function ShortcutsDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const t = useT();
  return (
    <Modal opened={isOpen} onClose={onClose} title={t('shortcuts.title')} size={520} closeButtonProps={{ 'aria-label': t('close') }}>
      <ShortcutList />
    </Modal>
  );
}
