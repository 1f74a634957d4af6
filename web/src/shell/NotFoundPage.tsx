import { IconMapQuestion } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';

import { useT } from '../i18n';
import { EmptyState } from '../ui/EmptyState';

export function NotFoundPage() {
  const t = useT();
  return (
    <main id="main">
      <EmptyState isPage icon={IconMapQuestion} title={t('not_found.title')}>
        <Link to="/">{t('not_found.home')}</Link>
      </EmptyState>
    </main>
  );
}
