import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';

import { useT } from '../i18n';
import { useDeskIfAny } from './DeskContext';
import classes from './FloatingOffer.module.css';
import { OfferCard } from './OfferCard';
import { useCallActions } from './useCallActions';

/** The offer, over any other page; in conversation the way back to it. */
export function FloatingOffer() {
  const desk = useDeskIfAny();
  if (!desk?.view.contact) return null;
  if (desk.state.under === 'offered') {
    return (
      <div className={classes.float}>
        <OfferCard />
      </div>
    );
  }
  return <WayBack />;
}

function WayBack() {
  const t = useT();
  const navigate = useNavigate();
  const goBack = () => void navigate({ to: '/agent' });
  useCallActions(goBack);
  return (
    <div className={classes.back}>
      <Button onClick={goBack}>{t('desk.back')}</Button>
    </div>
  );
}
