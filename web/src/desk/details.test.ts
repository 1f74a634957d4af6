import { describe, expect, it } from 'vitest';

import type { VariableView } from '../api/types';
import { usualCodes } from './codes';
import { isWeb } from './pops';
import { changed } from './useDetails';

const variable = (name: string, value: string, is_editable = true): VariableView => ({ name, label: name, kind: 'string', value, is_editable, is_secure: false, pop_over: null, is_long: false });

describe('what counts as changed', () => {
  it('is what differs from the server, in fields that may be edited', () => {
    const variables = [variable('a', '1'), variable('b', '2'), variable('c', '3', false)];
    expect(changed({ a: '1', b: 'x', c: 'y', gone: 'z' }, variables)).toEqual({ b: 'x' });
  });
});

describe('wrap-up codes', () => {
  const codes = Array.from({ length: 9 }, (_, at) => ({ id: `w${at}`, name: `W${at}`, is_default: false }));

  it('are all chips when they are few', () => {
    expect(usualCodes(codes.slice(0, 7), 'q', null)).toEqual([codes.slice(0, 7), []]);
  });

  it('are six chips with the chosen one among them, in their order', () => {
    const [chips, others] = usualCodes(codes, 'q', 'w8');
    expect(chips.map((code) => code.id)).toEqual(['w0', 'w1', 'w2', 'w3', 'w4', 'w8']);
    expect(others.length).toBe(3);
  });
});

describe('addresses that may be opened', () => {
  it('are pages, never scripts', () => {
    expect(['https://a.example/x', 'http://a/', 'javascript:alert(1)', 'data:text/html,x', '//a', 'ftp://a'].map(isWeb)).toEqual([true, true, false, false, false, false]);
  });
});
