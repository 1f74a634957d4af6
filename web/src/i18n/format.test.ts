import { afterEach, describe, expect, it } from 'vitest';

import { clock, customer, halfWidth, list, spoken } from './format';
import { activate, t } from './index';
import { isNumber, phone, typedNumber } from './phone';

describe('times', () => {
  it('run as clocks', () => {
    expect([0, 999, 61_000, 192_000, 3_765_000, -5].map(clock)).toEqual(['0:00', '0:00', '1:01', '3:12', '1:02:45', '0:00']);
  });

  it('are said in sentences', async () => {
    expect([12_000, 180_000, 192_000].map(spoken)).toEqual(['12 s', '3 min', '3 min 12 s']);
    await activate('ja');
    expect(spoken(192_000)).toBe('3分12秒');
  });
});

describe('numbers of people', () => {
  afterEach(() => activate('en'));

  it('are written as people in Japan write them', async () => {
    await activate('ja');
    expect(['+81312345678', '+819012345678', '+81120000123', '0120000123', '+14806754111'].map(phone)).toEqual([
      '03-1234-5678',
      '090-1234-5678',
      '0120-000-123',
      '0120-000-123',
      '+1 480 675 4111',
    ]);
  });

  it('are written as people in America write them', () => {
    expect(['+14806754111', '+819012345678'].map(phone)).toEqual(['(480) 675-4111', '+81 90 1234 5678']);
  });

  it('are words where there is none', async () => {
    expect([phone('anonymous'), isNumber('anonymous')]).toEqual(['Withheld', false]);
    await activate('ja');
    expect([phone('anonymous'), phone('payphone'), phone('unavailable')]).toEqual(['非通知', '公衆電話', '表示圏外']);
  });

  it('may be typed full-width and with any dashes', () => {
    expect(typedNumber('０９０ー１２３４−５６７８')).toBe('09012345678');
    expect(typedNumber('+1 (480) 675-4111')).toBe('+14806754111');
    expect(typedNumber('Ken')).toBe('');
    expect(halfWidth('１２．５')).toBe('12.5');
  });
});

describe('names', () => {
  afterEach(() => activate('en'));

  it('have 様 in Japanese, once', async () => {
    expect(customer('Yuki Tanaka')).toBe('Yuki Tanaka');
    await activate('ja');
    expect([customer('田中 由紀'), customer('田中 由紀様')]).toEqual(['田中 由紀 様', '田中 由紀様']);
  });

  it('stand in lists as the language has it', async () => {
    expect(list(['Billing', 'Sales'])).toBe('Billing, Sales');
    await activate('ja');
    expect(list(['請求', '新規'])).toBe('請求、新規');
  });
});

describe('messages', () => {
  afterEach(() => activate('en'));

  it('count', async () => {
    expect([0, 1, 4].map((count) => t('foot.queue', { queue: 'Billing', count }))).toEqual(['Billing: nobody waiting', 'Billing: 1 waiting', 'Billing: 4 waiting']);
    await activate('ja');
    expect(t('foot.queue', { queue: '請求', count: 4 })).toBe('請求：待ち呼 4件');
  });

  it('have a language of their own that shows what was forgotten', async () => {
    await activate('pseudo');
    expect(t('offer.answer')).toMatch(/^Áñswér~+$/);
    expect(t('foot.queue', { queue: 'Billing', count: 4 })).toContain('Billing');
  });
});
