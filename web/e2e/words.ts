// The words of the pages, by the ids of their catalogues: tests hold in each language.

import { readFileSync } from 'node:fs';

import { stretch } from '../scripts/catalogues.mjs';

/** `pseudo` is English made longer and accented: what is plain English on a page was not translated. */
export type Language = 'en' | 'ja' | 'pseudo';
type Catalogue = Record<string, string>;

const ENGLISH = read('en');
const CATALOGUES: Record<Language, Catalogue> = { en: ENGLISH, ja: read('ja'), pseudo: ENGLISH };

function read(language: Language): Catalogue {
  return JSON.parse(readFileSync(new URL(`../src/i18n/${language}.json`, import.meta.url), 'utf8')) as Catalogue;
}

/** A word; its placeholders are filled with values, or match anything. */
export function word(language: Language, id: string, values?: Record<string, string>): string | RegExp {
  const text = CATALOGUES[language][id];
  if (text === undefined) throw new Error(`there is no word ${id}`);
  const parts = split(text).map((part) => (language === 'pseudo' && !part.isPlaceholder ? { ...part, text: stretch(part.text) } : part));
  const open = parts.some((part) => part.isPlaceholder && values?.[part.name] === undefined);
  if (!open) return parts.map((part) => (part.isPlaceholder ? (values?.[part.name] ?? '') : part.text)).join('');
  return pattern(parts, values);
}

interface Part {
  text: string;
  isPlaceholder: boolean;
  name: string;
}

/** Text and placeholders of an ICU message, in their order. */
function split(message: string): Part[] {
  const parts: Part[] = [];
  let [depth, from] = [0, 0];
  const put = (to: number, isPlaceholder: boolean) => {
    const text = message.slice(from, to).replaceAll("''", "'");
    if (text) parts.push({ text, isPlaceholder, name: isPlaceholder ? (/^\w+/.exec(text)?.[0] ?? '') : '' });
    from = to + 1;
  };
  for (let at = 0; at < message.length; at += 1) {
    if (message[at] === '{' && depth++ === 0) put(at, false);
    if (message[at] === '}' && --depth === 0) put(at, true);
  }
  put(message.length, false);
  return parts;
}

function pattern(parts: Part[], values?: Record<string, string>): RegExp {
  const source = parts.map((part) => (part.isPlaceholder ? (values?.[part.name] ?? '[\\s\\S]+') : part.text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')));
  return new RegExp(`^${source.join('')}$`);
}

const WORDS = (['en', 'ja'] as const).flatMap((language) =>
  Object.entries(CATALOGUES[language]).map(([id, text]) => ({ id, parts: split(text) })),
);
const EXACT = new Map(WORDS.filter(({ parts }) => parts.every((part) => !part.isPlaceholder)).map(({ id, parts }) => [parts.map((part) => part.text).join(''), id]));
const PATTERNS = WORDS.filter(({ parts }) => parts.some((part) => part.isPlaceholder) && parts.some((part) => !part.isPlaceholder && part.text.trim().length > 2)).map(({ id, parts }) => ({ id, pattern: pattern(parts) }));

/** The word that a text on a page is, as its English text; nothing for what is no word of ours. */
export function wordOf(text: string): string | undefined {
  const id = EXACT.get(text) ?? PATTERNS.find((one) => one.pattern.test(text))?.id;
  return id === undefined ? undefined : CATALOGUES.en[id];
}
