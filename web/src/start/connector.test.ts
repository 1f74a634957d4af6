import { describe, expect, it } from 'vitest';

import { emptyForm, formOf, instanceUrl, isKept, unfinished, valueOf } from './connector';

describe('the address of an organisation', () => {
  it('is taken from whatever page of it was pasted', () => {
    const cases: [string, string | null][] = [
      ['acme.my.salesforce.com', 'https://acme.my.salesforce.com'],
      [' https://acme.my.salesforce.com/services/data ', 'https://acme.my.salesforce.com'],
      ['https://acme.lightning.force.com/lightning/page/home', 'https://acme.my.salesforce.com'],
      ['https://acme--dev.sandbox.lightning.force.com', 'https://acme--dev.sandbox.my.salesforce.com'],
      ['https://acme.my.salesforce-setup.com/lightning/setup', 'https://acme.my.salesforce.com'],
      ['http://127.0.0.1:8090', 'http://127.0.0.1:8090'],
      ['acme', null],
      ['not an address', null],
      ['', null],
    ];
    for (const [typed, wanted] of cases) expect(instanceUrl(typed), typed).toBe(wanted);
  });
});

describe('a connector', () => {
  const own = { ...emptyForm(), where: 'own' as const, url: 'acme.my.salesforce.com', client_id: ' 3MVG9 ', secrets: { ...emptyForm().secrets, client_secret: 'hush' } };

  it('of the sandbox needs nothing to be typed', () => {
    expect(unfinished(emptyForm(), null)).toEqual([]);
    expect(valueOf(emptyForm(), 'salesforce', null)).toMatchObject({ id: 'salesforce', base_url: 'http://127.0.0.1:8090', writes: 'allow' });
  });

  it('of an organisation has the fields of its grant and no others', () => {
    expect(valueOf(own, 'salesforce', null).auth).toEqual({ type: 'client_credentials', token_url: '/services/oauth2/token', client_id: '3MVG9', client_secret: 'hush' });
    const jwt = valueOf({ ...own, grant: 'jwt_bearer', subject: 'bot@acme.example', secrets: { ...own.secrets, private_key: 'PEM' } }, 'salesforce', null);
    expect(jwt.auth).toEqual({
      type: 'jwt_bearer', token_url: '/services/oauth2/token', client_id: '3MVG9', subject: 'bot@acme.example', audience: 'https://login.salesforce.com', private_key: 'PEM',
    });
  });

  it('keeps a secret that is there unless another is typed, and what the form does not show', () => {
    const old = { id: 'salesforce', name: 'Salesforce', base_url: 'https://acme.my.salesforce.com', max_body_bytes: 9, auth: { type: 'client_credentials', token_url: '/t', client_id: 'x', client_secret: { kept: true } } };
    const form = formOf(old);
    expect(unfinished(form, old)).toEqual([]);
    expect(isKept(old, 'password', 'client_secret')).toBe(false);
    expect(valueOf(form, 'salesforce', old)).toMatchObject({ max_body_bytes: 9, auth: { token_url: '/t', client_secret: { kept: true } } });
    expect(valueOf({ ...form, secrets: { ...form.secrets, client_secret: 'new' } }, 'salesforce', old)).toMatchObject({ auth: { client_secret: 'new' } });
  });

  it('says which fields are missing', () => {
    expect(unfinished({ ...emptyForm(), where: 'own', name: ' ', grant: 'password' }, null)).toEqual(['name', 'url', 'client_id', 'client_secret', 'username', 'password']);
    expect(unfinished({ ...own, grant: 'refresh_token', secrets: { ...own.secrets, client_secret: '', refresh_token: 'r' } }, null)).toEqual([]);
  });
});
