import { useT } from '../i18n';
import { list } from '../i18n/format';
import classes from './Start.module.css';
import type { FlowSummary } from './types';

/** The flows that are there. */
export function FlowTable({ flows }: { flows: FlowSummary[] }) {
  const t = useT();
  return (
    <table className={classes.table}>
      <caption>{t('start.flows')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('start.flow')}</th>
          <th scope="col">{t('start.labels')}</th>
        </tr>
      </thead>
      <tbody>
        {flows.map(({ id, name, is_subflow: isSubflow, labels }) => (
          <tr key={id}>
            <th scope="row">{isSubflow ? t('start.subflow_named', { name }) : name}</th>
            <td>{list(labels.map(({ label, number }) => t('start.label_on', { label, number })))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
