import { IconVariable } from '@tabler/icons-react';

import type { VariableView } from '../api/types';
import { useT } from '../i18n';
import { EmptyState } from '../ui/EmptyState';
import classes from './ContactsPage.module.css';

/** A contact's variables with their last values; secure ones stay masked. */
export function VariableTable({ variables }: { variables: VariableView[] }) {
  const t = useT();
  if (variables.length === 0) return <EmptyState icon={IconVariable} title={t('variables.none')} />;
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">{t('column.label')}</th>
          <th scope="col">{t('column.value')}</th>
          <th scope="col">{t('column.name')}</th>
        </tr>
      </thead>
      <tbody>
        {variables.map((variable) => (
          <tr key={variable.name}>
            <th scope="row">{variable.label}</th>
            <td style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{variable.is_secure ? t('secure.masked') : variable.value || t('none')}</td>
            <td className="code">{variable.name}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
