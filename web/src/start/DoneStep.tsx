import { Button } from '@mantine/core';
import { IconHeadset, IconPlayerPlay } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';

import { useT } from '../i18n';
import { phone } from '../i18n/phone';
import { useMe } from '../session/useSession';
import { useObjects } from './configuration';
import { isStepDone, PLACES } from './places';
import classes from './Start.module.css';
import type { Steps } from './types';
import { UnsuppliedList } from './UnsuppliedList';

/** What there is now, what is still open, and where to go. */
export function DoneStep({ steps }: { steps: Steps }) {
  const t = useT();
  const me = useMe();
  const { data: points } = useObjects('entry_point');
  const open = PLACES.filter((place) => place !== 'done' && !isStepDone(steps, place));
  const rest = steps.steps.flatMap((step) => step.missing).filter((one) => !one.kind || !one.proposal);
  return (
    <div className="stack">
      <p>{open.length > 0 ? t('start.done_open') : t('start.done_text')}</p>
      {open.length > 0 && (
        <ul className={classes.plain}>
          {open.map((place) => (
            <li key={place}>
              <Link to="/start/$step" params={{ step: place }}>
                {t(`start.place.${place}`)}
              </Link>
            </li>
          ))}
        </ul>
      )}
      {points && points.length > 0 && (
        <table className={classes.table}>
          <caption>{t('start.numbers')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('start.number')}</th>
              <th scope="col">{t('start.entry_point')}</th>
              <th scope="col">{t('start.flow')}</th>
            </tr>
          </thead>
          <tbody>
            {points.map(({ id, value }) => (
              <tr key={id}>
                <th scope="row" className="num">
                  {Array.isArray(value.dnis) ? value.dnis.map((number) => <div key={String(number)}>{phone(String(number))}</div>) : null}
                </th>
                <td>{String(value.name)}</td>
                <td>{String(value.flow)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <UnsuppliedList missing={rest} />
      {!me.agent && <p className="dim">{t('start.no_agent')}</p>}
      <div className={classes.buttons}>
        <Button component="a" href="/try" leftSection={<IconPlayerPlay size={20} stroke={1.75} aria-hidden />}>
          {t('start.try')}
        </Button>
        {me.agent && (
          <Button component="a" href="/agent" variant="filled" size="md" leftSection={<IconHeadset size={20} stroke={1.75} aria-hidden />}>
            {t('start.open_desk')}
          </Button>
        )}
      </div>
      <p className="meta">{t('start.trunk_text')}</p>
    </div>
  );
}
