import { Button, Checkbox, PasswordInput, Textarea, TextInput } from '@mantine/core';
import { useId } from 'react';

import { isProblem } from '../api/client';
import type { VariableView } from '../api/types';
import { useT } from '../i18n';
import { dateTime, halfWidth } from '../i18n/format';
import classes from './Field.module.css';
import { SecureValue } from './SecureValue';
import { isWeb } from './pops';
import type { Details } from './useDetails';

interface Props {
  contact: string;
  variable: VariableView;
  details: Details;
  mayEdit: boolean;
}

/** A variable: its label, and its value as text or as a field. */
export function Field({ contact, variable, details, mayEdit }: Props) {
  const t = useT();
  const id = useId();
  const isField = variable.is_editable && mayEdit;
  const theirs = details.conflicts[variable.name];
  return (
    <div className={classes.field} data-long={(isField && variable.is_long) || undefined}>
      {isField ? (
        <label htmlFor={id} className={classes.label}>
          {variable.label}
        </label>
      ) : (
        <span id={id} className={classes.label}>
          {variable.label}
        </span>
      )}
      <div className={classes.value} role={isField ? undefined : 'group'} aria-labelledby={isField ? undefined : id}>
        {isField ? <Input id={id} variable={variable} details={details} /> : <Reading contact={contact} variable={variable} value={details.valueOf(variable)} />}
        {isField && variable.is_secure && <SecureValue contact={contact} name={variable.name} />}
        {theirs !== undefined && (
          <div className={classes.conflict} role="group" aria-label={t('stale.label', { label: variable.label })}>
            <p>{t('stale.text')}</p>
            <p className={classes.theirs}>{theirs || t('none')}</p>
            <div className="row wrap">
              <Button size="xs" onClick={() => details.settle(variable.name, 'mine')}>
                {t('stale.mine')}
              </Button>
              <Button size="xs" onClick={() => details.settle(variable.name, 'theirs')}>
                {t('stale.theirs')}
              </Button>
            </div>
          </div>
        )}
      </div>
    </div>
  );
}

function Input({ id, variable, details }: { id: string; variable: VariableView; details: Details }) {
  const t = useT();
  const value = details.valueOf(variable);
  const type = (text: string) => details.type(variable, text);
  const problem = isProblem(details.error, 'invalid') && details.error.body.field === variable.name ? details.error.detail : undefined;
  if (variable.is_secure) {
    return (
      <PasswordInput id={id} value={value} autoComplete="off" error={problem} placeholder={t('secure.replace')} onChange={(event) => type(event.currentTarget.value)} visibilityToggleButtonProps={{ 'aria-label': t('secure.show') }} />
    );
  }
  switch (variable.kind) {
    case 'boolean':
      return <Checkbox id={id} checked={value === 'true'} error={problem} onChange={(event) => type(event.currentTarget.checked ? 'true' : 'false')} />;
    case 'integer':
    case 'decimal':
      return (
        <TextInput
          id={id}
          value={value}
          inputMode={variable.kind === 'integer' ? 'numeric' : 'decimal'}
          error={problem ?? (isNumeric(value, variable.kind) ? undefined : t('details.number_wanted'))}
          onChange={(event) => type(event.currentTarget.value)}
          onBlur={() => {
            if (halfWidth(value) !== value) type(halfWidth(value));
          }}
        />
      );
    case 'date_time':
    case 'string':
    case 'json':
      return variable.is_long || variable.kind === 'json' ? (
        <Textarea id={id} value={value} error={problem} autosize minRows={3} maxRows={10} onChange={(event) => type(event.currentTarget.value)} />
      ) : (
        <TextInput id={id} value={value} error={problem} onChange={(event) => type(event.currentTarget.value)} />
      );
  }
}

function isNumeric(text: string, kind: 'integer' | 'decimal'): boolean {
  const plain = halfWidth(text).trim();
  return plain === '' || (kind === 'integer' ? /^[+-]?\d+$/ : /^[+-]?\d+([.,]\d+)?$/).test(plain);
}

function Reading({ contact, variable, value }: { contact: string; variable: VariableView; value: string }) {
  const t = useT();
  if (variable.is_secure) return <SecureValue contact={contact} name={variable.name} />;
  if (value === '') return <span className="dim">{t('none')}</span>;
  if (isWeb(value)) {
    return (
      <a href={value} target="_blank" rel="noopener noreferrer">
        {value}
      </a>
    );
  }
  switch (variable.kind) {
    case 'boolean':
      return <span>{t(value === 'true' ? 'yes' : 'no')}</span>;
    case 'date_time': {
      const ms = Date.parse(value);
      return <span className="num">{Number.isNaN(ms) ? value : dateTime(ms)}</span>;
    }
    case 'json':
      return <pre className={`code ${classes.json}`}>{value}</pre>;
    case 'integer':
    case 'decimal':
    case 'string':
      return <span className={classes.text}>{value}</span>;
  }
}
