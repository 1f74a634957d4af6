import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';

import { useT } from '../i18n';
import { useDeskIfAny } from './DeskContext';
import classes from './FloatingOffer.module.css';
import { OfferCard } from './OfferCard';

/** The offer, over any other page; in conversation the way back to it. */
export function FloatingOffer() {
  const t = useT();
  const desk = useDeskIfAny();
  const navigate = useNavigate();
  if (!desk?.view.contact) return null;
  if (desk.state.under === 'offered') {
    return (
      <div className={classes.float}>
        <OfferCard />
      </div>
    );
  }
  return (
    <div className={classes.back}>
      <Button onClick={() => void navigate({ to: '/agent' })}>{t('desk.back')}</Button>
    </div>
  );
}
