import { IconAlertTriangle } from '@tabler/icons-react';

import { useT } from '../i18n';
import classes from './Start.module.css';
import { kindWord } from './SupplyRow';
import type { Missing } from './types';

/** What a person has to bring: other flows. */
export function UnsuppliedList({ missing }: { missing: Missing[] }) {
  const t = useT();
  if (missing.length === 0) return null;
  return (
    <div className={classes.note}>
      <p className="row">
        <IconAlertTriangle size={20} stroke={1.75} aria-hidden />
        <strong>{t('start.bring')}</strong>
      </p>
      <ul className={classes.plain}>
        {missing.map(({ kind, id, name }) => (
          <li key={`${kind} ${id}`}>{t('start.bring_one', { kind: kindWord(kind), name })}</li>
        ))}
      </ul>
      <p className="meta">{t('start.bring_text')}</p>
    </div>
  );
}
