import { Modal } from '@mantine/core';
import { useEffect, useState } from 'react';

import { onSessionEnded } from '../api/client';
import { useT } from '../i18n';
import { announce } from '../ui/announce';
import { SignInForm } from './SignInForm';
import { useMe } from './useSession';

/**
 * Stands over the page when the session has ended. The page below keeps everything that was typed;
 * requests that were refused go out again after signing in.
 */
export function SessionDialog() {
  const t = useT();
  const me = useMe();
  const [isOpen, setOpen] = useState(false);
  const [waiting] = useState<(() => void)[]>([]);

  useEffect(() => {
    onSessionEnded(() => {
      setOpen(true);
      return new Promise<void>((resolve) => waiting.push(resolve));
    });
    return () => onSessionEnded(null);
  }, [waiting]);

  const done = () => {
    setOpen(false);
    announce(t('session.again'));
    waiting.splice(0).forEach((resolve) => resolve());
  };

  return (
    <Modal opened={isOpen} onClose={() => undefined} withCloseButton={false} closeOnEscape={false} closeOnClickOutside={false} title={t('session.ended')} zIndex={600}>
      <p className="dim" style={{ marginBottom: 16 }}>
        {t('session.kept')}
      </p>
      <SignInForm fixedName={me.name} onDone={done} />
    </Modal>
  );
}
