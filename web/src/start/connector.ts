// The form of a Salesforce connector, and the object that it stands for.

export type Grant = 'client_credentials' | 'password' | 'jwt_bearer' | 'refresh_token';
export const GRANTS: Grant[] = ['client_credentials', 'password', 'jwt_bearer', 'refresh_token'];

export const SECRETS = ['client_secret', 'password', 'private_key', 'refresh_token'] as const;
export type SecretName = (typeof SECRETS)[number];

export interface ConnectorForm {
  where: 'sandbox' | 'own';
  name: string;
  url: string;
  grant: Grant;
  client_id: string;
  username: string;
  subject: string;
  audience: string;
  writes: 'allow' | 'deny';
  /** What was typed; empty leaves a secret as it is. */
  secrets: Record<SecretName, string>;
}

/** Which fields a grant has, in the order of the form. */
export const FIELDS: Record<Grant, (SecretName | 'client_id' | 'username' | 'subject' | 'audience')[]> = {
  client_credentials: ['client_id', 'client_secret'],
  password: ['client_id', 'client_secret', 'username', 'password'],
  jwt_bearer: ['client_id', 'subject', 'audience', 'private_key'],
  refresh_token: ['client_id', 'client_secret', 'refresh_token'],
};

/** What starts the sandbox. */
export const SANDBOX_COMMAND = 'trunkline sandbox';
export const SANDBOX_URL = 'http://127.0.0.1:8090';
const TOKEN_URL = '/services/oauth2/token';
const NO_SECRETS: ConnectorForm['secrets'] = { client_secret: '', password: '', private_key: '', refresh_token: '' };

export function emptyForm(): ConnectorForm {
  return {
    where: 'sandbox', name: 'Salesforce', url: '', grant: 'client_credentials', client_id: '', username: '', subject: '',
    audience: 'https://login.salesforce.com', writes: 'allow', secrets: NO_SECRETS,
  };
}

/**
 * The address of an organisation's API, from whatever address of it was pasted: without a path,
 * and My Domain where it was a page of Lightning or of Setup. Null for what is no address.
 */
export function instanceUrl(typed: string): string | null {
  const text = typed.trim();
  if (text === '' || /\s/.test(text)) return null;
  let url: URL;
  try {
    url = new URL(/^https?:\/\//i.test(text) ? text : `https://${text}`);
  } catch {
    return null;
  }
  const host = url.host.replace(/\.lightning\.force\.com$/, '.my.salesforce.com').replace(/\.my\.salesforce-setup\.com$/, '.my.salesforce.com');
  if (!host.includes('.') && url.hostname !== 'localhost') return null;
  return `${url.protocol}//${host}`;
}

const isOf = (grant: unknown): grant is Grant => GRANTS.some((one) => one === grant);
const text = (value: unknown) => (typeof value === 'string' ? value : '');
const record = (value: unknown): Record<string, unknown> => (typeof value === 'object' && value !== null ? { ...value } : {});

/** The form that shows a connector which is there. */
export function formOf(value: Record<string, unknown>): ConnectorForm {
  const auth = record(value.auth);
  const url = text(value.base_url);
  return {
    ...emptyForm(),
    where: url === SANDBOX_URL ? 'sandbox' : 'own',
    name: text(value.name),
    url: url === SANDBOX_URL ? '' : url,
    grant: isOf(auth.type) ? auth.type : 'client_credentials',
    client_id: text(auth.client_id),
    username: text(auth.username),
    subject: text(auth.subject),
    audience: text(auth.audience) || emptyForm().audience,
    writes: value.writes === 'deny' ? 'deny' : 'allow',
  };
}

/** Whether the connector that is there has this secret, so that it need not be typed. */
export function isKept(old: Record<string, unknown> | null, grant: Grant, name: SecretName): boolean {
  const auth = record(old?.auth);
  return auth.type === grant && name in auth && auth[name] !== null;
}

/** The object; what the form does not show stays as it was. */
export function valueOf(form: ConnectorForm, id: string, old: Record<string, unknown> | null): Record<string, unknown> {
  const base = { ...(old ?? {}), id, name: form.name.trim(), kind: 'salesforce' };
  if (form.where === 'sandbox') {
    const auth = { type: 'client_credentials', token_url: TOKEN_URL, client_id: 'trunkline', client_secret: 'sandbox' };
    return { ...base, base_url: SANDBOX_URL, auth, writes: 'allow' };
  }
  const kept = record(old?.auth);
  const auth: Record<string, unknown> = { type: form.grant, token_url: (kept.type === form.grant && text(kept.token_url)) || TOKEN_URL };
  for (const field of FIELDS[form.grant]) {
    if (field === 'client_id' || field === 'username' || field === 'subject' || field === 'audience') auth[field] = form[field].trim();
    else if (form.secrets[field] !== '') auth[field] = form.secrets[field];
    else if (isKept(old, form.grant, field)) auth[field] = kept[field];
  }
  return { ...base, base_url: instanceUrl(form.url) ?? form.url.trim(), auth, writes: form.writes };
}

/** The fields that are still empty or wrong. */
export function unfinished(form: ConnectorForm, old: Record<string, unknown> | null): string[] {
  const wrong: string[] = form.name.trim() === '' ? ['name'] : [];
  if (form.where === 'sandbox') return wrong;
  if (instanceUrl(form.url) === null) wrong.push('url');
  for (const field of FIELDS[form.grant]) {
    const isText = field === 'client_id' || field === 'username' || field === 'subject' || field === 'audience';
    const isThere = isText ? form[field].trim() !== '' : form.secrets[field] !== '' || isKept(old, form.grant, field);
    // A public client has no secret for a refresh token.
    if (!isThere && !(form.grant === 'refresh_token' && field === 'client_secret')) wrong.push(field);
  }
  return wrong;
}
