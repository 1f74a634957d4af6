// The message catalogues: read, compared, compiled. A key that one language lacks, an empty
// message, or placeholders that differ between languages fail the build.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { compileMessage } from '@lingui/message-utils/compileMessage';

const FOLDER = fileURLToPath(new URL('../src/i18n/', import.meta.url));
const LANGUAGES = ['en', 'ja'];
const PREFIX = 'virtual:catalogue/';

/** @returns {Record<string, string>} */
export function read(language) {
  return JSON.parse(readFileSync(`${FOLDER}${language}.json`, 'utf8'));
}

/** Names of the placeholders in a compiled message, tags included. */
function placeholders(message) {
  const names = new Set();
  const walk = (part) => {
    if (typeof part === 'string') {
      for (const tag of part.matchAll(/<\/?(\d+)\/?>/g)) names.add(`<${tag[1]}>`);
    } else if (Array.isArray(part)) {
      if (typeof part[0] === 'string') names.add(part[0]);
      if (part[2] && typeof part[2] === 'object') {
        for (const choice of Object.values(part[2])) [choice].flat().forEach(walk);
      }
    }
  };
  [compileMessage(message)].flat(1).forEach((part) => walk(part));
  names.delete('#');
  return [...names].sort().join(' ');
}

/** Everything that is wrong with the catalogues, as sentences. */
export function mistakes() {
  const found = [];
  const [base, ...others] = LANGUAGES.map((language) => [language, read(language)]);
  for (const [language, messages] of [base, ...others]) {
    for (const [key, text] of Object.entries(messages)) {
      if (text.trim() === '') found.push(`${language}.json: ${key} is empty`);
    }
  }
  for (const [language, messages] of others) {
    for (const key of Object.keys(base[1])) {
      if (!(key in messages)) found.push(`${language}.json: ${key} is missing`);
      else if (placeholders(messages[key]) !== placeholders(base[1][key])) {
        found.push(`${language}.json: ${key} has other placeholders than ${base[0]}.json`);
      }
    }
    for (const key of Object.keys(messages)) {
      if (!(key in base[1])) found.push(`${base[0]}.json: ${key} is missing`);
    }
  }
  return found;
}

const ACCENTS = Object.fromEntries(
  [...'aáeéiíoóuúcçnñyýAÁEÉIÍOÓUÚCÇNÑYÝ'].reduce((pairs, letter, at, all) => {
    if (at % 2 === 0) pairs.push([letter, all[at + 1]]);
    return pairs;
  }, []),
);

/** A text without placeholders, longer by 40 % and accented. */
export function stretch(text) {
  if (!/[A-Za-z]/.test(text)) return text;
  const accented = text.replace(/(<[^>]+>)|([A-Za-z])/g, (all, tag) => tag ?? ACCENTS[all] ?? all);
  const more = '~'.repeat(Math.ceil(text.replace(/<[^>]+>/g, '').length * 0.4));
  return accented + more.replace(/.{10}(?=.)/g, '$& ');
}

/** A message for finding texts that are cut off or not translated. */
function pseudo(message) {
  const walk = (part) => {
    if (typeof part === 'string') return stretch(part);
    if (!Array.isArray(part) || !part[2] || typeof part[2] !== 'object') return part;
    const choices = Object.entries(part[2]).map(([name, choice]) => [
      name,
      typeof choice === 'string' ? stretch(choice) : Array.isArray(choice) ? choice.map((one) => (one === '#' ? one : walk(one))) : choice,
    ]);
    return [part[0], part[1], Object.fromEntries(choices)];
  };
  const compiled = compileMessage(message);
  return typeof compiled === 'string' ? stretch(compiled) : compiled.map(walk);
}

/** The catalogue of a language, compiled; `pseudo` is made from English. */
export function compile(language) {
  const source = read(language === 'pseudo' ? 'en' : language);
  return Object.fromEntries(
    Object.entries(source).map(([key, text]) => [key, language === 'pseudo' ? pseudo(text) : compileMessage(text)]),
  );
}

/** The Vite plugin: `import('virtual:catalogue/ja')`. */
export function catalogues() {
  return {
    name: 'trunkline-catalogues',
    resolveId(id) {
      return id.startsWith(PREFIX) ? `\0${id}` : undefined;
    },
    load(id) {
      if (!id.startsWith(`\0${PREFIX}`)) return undefined;
      for (const language of LANGUAGES) this.addWatchFile(`${FOLDER}${language}.json`);
      const wrong = mistakes();
      if (wrong.length > 0) this.error(wrong.join('\n'));
      const language = id.slice(PREFIX.length + 1);
      return `export const messages = JSON.parse(${JSON.stringify(JSON.stringify(compile(language)))});`;
    },
  };
}
