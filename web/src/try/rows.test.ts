import { beforeAll, describe, expect, it } from 'vitest';

import type { TraceStep } from '../contact/useContactRecord';
import { activate } from '../i18n';
import { hearing } from './prompts';
import { lineOf, rowsOf } from './rows';
import { writtenMs } from './useCase';

const step = (kind: string, more: Partial<TraceStep> = {}): TraceStep => ({ t_ms: 0, thread: 'main', activity: kind, kind, port: null, in: {}, out: {}, failure: null, warnings: [], ...more });

beforeAll(() => activate('en'));

describe('the steps of a flow', () => {
  it('are one row for an activity that waits, from its beginning to its end', () => {
    const begun = step('http-request-v2', { activity: 'Find', in: { method: 'GET' }, t_ms: 5 });
    const [open] = rowsOf([begun]);
    expect(open && [open.isOpen, lineOf(open)]).toEqual([true, 'GET · waiting']);
    const rows = rowsOf([begun, step('http-request-v2', { activity: 'Find', port: 'default', out: { httpStatusCode: 200 }, t_ms: 43 })]);
    expect(rows).toHaveLength(1);
    expect(rows[0] && [rows[0].isOpen, rows[0].step.t_ms, lineOf(rows[0])]).toEqual([false, 5, 'GET · 200']);
  });

  it('begin anew where an activity is run again', () => {
    const left = step('play-message', { activity: 'Say', port: 'default' });
    expect(rowsOf([step('play-message', { activity: 'Say' }), left, step('play-message', { activity: 'Say' })]).map((row) => row.isOpen)).toEqual([false, true]);
  });

  it('say what failed', () => {
    const failed = step('http-request-v2', { failure: { code: 'TL-TIMEOUT', description: 'No answer within 3 s', number: 1 } });
    expect(rowsOf([failed]).map(lineOf)).toEqual(['No answer within 3 s']);
  });

  it('tell what the caller hears', () => {
    const say = step('play-message', { in: { prompts: ['Welcome', 'to us.'] } });
    expect(hearing([])).toBeNull();
    expect(hearing([say])).toEqual({ kind: 'text', text: 'Welcome to us.' });
    expect(hearing([say, step('queue-contact', { port: 'default' })])).toEqual({ kind: 'music' });
    expect(hearing([step('queue-contact'), step('contact.answered')])).toEqual({ kind: 'agent' });
  });
});

it("reads the CRM's times", () => {
  expect(writtenMs('2025-12-19T08:00:00.000+0000')).toBe(Date.UTC(2025, 11, 19, 8));
});
