import { IconCircle, IconCircleCheck, IconCircleDot } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';

import { useT } from '../i18n';
import { PLACES, type Place } from './places';
import classes from './Start.module.css';
import type { Steps } from './types';

interface Props {
  steps: Steps;
  here: Place;
  isDone: (place: Place) => boolean;
}

/** Where one stands, by icon and word. */
export function StepList({ here, isDone }: Props) {
  const t = useT();
  return (
    <nav aria-label={t('start.steps')}>
      <ol className={classes.list}>
        <li className={classes.place} data-state="done">
          <IconCircleCheck size={20} stroke={1.75} aria-hidden />
          <span>
            {t('start.place.administrator')}
            <span className="meta">{t('start.state.done')}</span>
          </span>
        </li>
        {PLACES.map((place) => {
          const isHere = place === here;
          const state = isDone(place) ? 'done' : isHere ? 'here' : 'open';
          const Picture = state === 'done' ? IconCircleCheck : isHere ? IconCircleDot : IconCircle;
          return (
            <li key={place}>
              <Link to="/start/$step" params={{ step: place }} className={classes.place} data-state={state} aria-current={isHere ? 'step' : undefined}>
                <Picture size={20} stroke={1.75} aria-hidden />
                <span>
                  {t(`start.place.${place}`)}
                  <span className="meta">{t(`start.state.${state}`)}</span>
                </span>
              </Link>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
