import { Radio } from '@mantine/core';

import { useT } from '../i18n';
import { CopyButton } from '../ui/CopyButton';
import type { ConnectorForm } from './connector';
import { SANDBOX_COMMAND, SANDBOX_URL } from './connector';
import classes from './Start.module.css';

interface Props {
  where: ConnectorForm['where'];
  onChange: (where: ConnectorForm['where']) => void;
}

/** The sandbox on this machine, or an organisation. */
export function PlaceChoice({ where, onChange }: Props) {
  const t = useT();
  return (
    <>
      <Radio.Group label={t('start.where')} value={where} onChange={(value) => onChange(value === 'own' ? 'own' : 'sandbox')}>
        <div className={classes.choices}>
          {(['sandbox', 'own'] as const).map((one) => (
            <Radio.Card key={one} value={one} className={classes.choice} aria-label={t(`start.where.${one}`)} aria-describedby={`where-${one}`}>
              <Radio.Indicator />
              <div>
                <div className={classes.word}>{t(`start.where.${one}`)}</div>
                <div id={`where-${one}`} className="meta">
                  {t(`start.where_text.${one}`)}
                </div>
              </div>
            </Radio.Card>
          ))}
        </div>
      </Radio.Group>
      {where === 'sandbox' && (
        <div className={classes.note}>
          <p>{t('start.sandbox_run', { url: SANDBOX_URL })}</p>
          <div className="row">
            <code className={classes.command}>{SANDBOX_COMMAND}</code>
            <CopyButton text={SANDBOX_COMMAND} what={t('start.command')} />
          </div>
        </div>
      )}
    </>
  );
}
