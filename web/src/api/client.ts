// Requests: the session's CSRF token, problem+json, and waiting while somebody signs in again.

const BASE = '/api/v1';
const TIMEOUT_MS = 15_000;

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** A refusal as the server words it (RFC 9457), or `offline` when there was no answer. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly body: Record<string, unknown>,
  ) {
    super(detail || code);
    this.name = 'Problem';
  }
}

export function isProblem(error: unknown, code?: string): error is Problem {
  return error instanceof Problem && (code === undefined || error.code === code);
}

/** Asks the person to sign in again; resolves when they have. */
type SignInAgain = () => Promise<void>;

let csrf = '';
let signInAgain: SignInAgain | null = null;

export function setCsrf(token: string): void {
  csrf = token;
}

/** Who is asked when a session has ended; none on pages that need no session. */
export function onSessionEnded(handler: SignInAgain | null): void {
  signInAgain = handler;
}

/** For a connection that was refused because the session ended. */
export async function renewSession(): Promise<void> {
  await signInAgain?.();
}

interface Options {
  /** Whether a 401 is an answer and not the end of a session. */
  isSignIn?: boolean;
  /** Whether the answer is bytes and not JSON. */
  isBinary?: boolean;
  signal?: AbortSignal;
  /** How long the answer may take, where it is known to take longer than others. */
  timeoutMs?: number;
}

/** Sends a request, with a file or with JSON, and gives its JSON answer; `undefined` where there is none. */
export async function request<T>(method: Method, path: string, body?: unknown, options: Options = {}): Promise<T> {
  const response = await send(method, path, body, options);
  if (response.status === 401 && !options.isSignIn && signInAgain) {
    await signInAgain();
    return answer<T>(await send(method, path, body, options), options);
  }
  return answer<T>(response, options);
}

async function send(method: Method, path: string, body: unknown, options: Options): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  const isFile = body instanceof Blob;
  if (body !== undefined) headers['Content-Type'] = isFile ? 'application/octet-stream' : 'application/json';
  if (method !== 'GET' && csrf) headers['X-Trunkline-CSRF'] = csrf;
  const limit = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
  try {
    return await fetch(BASE + path, {
      method,
      headers,
      credentials: 'same-origin',
      body: body === undefined ? null : isFile ? body : JSON.stringify(body),
      signal: options.signal ? AbortSignal.any([limit, options.signal]) : limit,
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Problem(0, 'offline', '', {});
  }
}

async function answer<T>(response: Response, { isBinary }: Options): Promise<T> {
  if (response.ok && isBinary) return (await response.arrayBuffer()) as T;
  const text = await response.text();
  const json = parse(text);
  if (!response.ok) {
    const body = isRecord(json) ? json : {};
    throw new Problem(response.status, word(body.code) || `http-${response.status}`, word(body.detail) || word(body.title), body);
  }
  return json as T;
}

function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function word(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
