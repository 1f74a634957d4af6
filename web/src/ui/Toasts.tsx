import { CloseButton } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconInfoCircle } from '@tabler/icons-react';

import { useT } from '../i18n';
import { dismiss, toasts, type Tone } from './announce';
import { useStore } from './store';
import classes from './Toasts.module.css';

const ICONS: Record<Tone, typeof IconInfoCircle> = { plain: IconInfoCircle, good: IconCircleCheck, warning: IconAlertTriangle, error: IconAlertTriangle };

/** Lines that say what has just happened. They are announced by the live regions, not by themselves. */
export function Toasts() {
  const t = useT();
  const shown = useStore(toasts);
  return (
    <section className={classes.stack} aria-label={t('toast.region')}>
      {shown.map((toast) => {
        const Icon = ICONS[toast.tone];
        return (
          <div key={toast.id} className={classes.toast} data-tone={toast.tone}>
            <Icon size={20} stroke={1.75} aria-hidden />
            <span className={classes.text}>{toast.text}</span>
            <CloseButton size="sm" aria-label={t('close')} onClick={() => dismiss(toast.id)} />
          </div>
        );
      })}
    </section>
  );
}
