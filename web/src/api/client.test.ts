import { afterEach, describe, expect, it, vi } from 'vitest';

import { isProblem, onSessionEnded, request, setCsrf } from './client';
import { problemText } from './problems';

const json = (status: number, body?: unknown) => new Response(body === undefined ? null : JSON.stringify(body), { status });
const problem = (status: number, code: string, more = {}) => json(status, { type: 'x', title: code, status, code, detail: `about ${code}`, ...more });

afterEach(() => {
  onSessionEnded(null);
  vi.unstubAllGlobals();
});

describe('request', () => {
  it('carries the CSRF token with what changes something, and only then', async () => {
    const fetched = vi.fn<(url: string, init: RequestInit) => Promise<Response>>(() => Promise.resolve(json(200, {})));
    vi.stubGlobal('fetch', fetched);
    setCsrf('token');
    await request('GET', '/desk');
    await request('POST', '/desk/outdial', { number: '1' });
    const headers = fetched.mock.calls.map(([, init]) => (init.headers as Record<string, string>)['X-Trunkline-CSRF']);
    expect(headers).toEqual([undefined, 'token']);
  });

  it('goes out again after somebody has signed in again', async () => {
    const answers = [problem(401, 'not-signed-in'), json(200, { ok: true })];
    vi.stubGlobal('fetch', vi.fn(() => Promise.resolve(answers.shift())));
    const again = vi.fn(() => Promise.resolve());
    onSessionEnded(again);
    expect(await request('PUT', '/x', { notes: 'kept' })).toEqual({ ok: true });
    expect(again).toHaveBeenCalledTimes(1);
  });

  it('gives a refusal with its code, its words and its body', async () => {
    vi.stubGlobal('fetch', vi.fn(() => Promise.resolve(problem(409, 'stale', { version: 9 }))));
    const error = await request('PUT', '/x', {}).catch((one: unknown) => one);
    expect(isProblem(error, 'stale') && error.body.version).toBe(9);
    expect(problemText(error)).toContain('Somebody has changed these values');
  });

  it('names no answer as such, and an answer that is no JSON by its status', async () => {
    vi.stubGlobal('fetch', vi.fn(() => Promise.reject(new TypeError('failed'))));
    expect(problemText(await request('GET', '/x').catch((one: unknown) => one))).toContain('The server does not answer');
    vi.stubGlobal('fetch', vi.fn(() => Promise.resolve(new Response('<html>', { status: 502 }))));
    expect(problemText(await request('GET', '/x').catch((one: unknown) => one))).toContain('http-502');
  });
});
