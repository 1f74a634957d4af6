import { Button } from '@mantine/core';
import { IconBug } from '@tabler/icons-react';
import type { ErrorComponentProps } from '@tanstack/react-router';

import { useT } from '../i18n';
import { EmptyState } from '../ui/EmptyState';

/** A mistake of the page itself: calls go on at the server, and typed text is kept. */
export function FaultPage({ error }: ErrorComponentProps) {
  const t = useT();
  return (
    <main id="main">
      <EmptyState isPage icon={IconBug} title={t('fault.title')}>
        <p className="dim">{t('fault.text')}</p>
        <p className="code">{error instanceof Error ? error.message : String(error)}</p>
        <Button onClick={() => location.reload()}>{t('fault.reload')}</Button>
      </EmptyState>
    </main>
  );
}
