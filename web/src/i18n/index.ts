import { i18n } from '@lingui/core';
import { useSyncExternalStore } from 'react';

import type source from './en.json';

/** The name of a message: one that the catalogues lack does not compile. */
export type MessageId = keyof typeof source;
export type Language = 'en' | 'ja';
export type Values = Record<string, string | number>;

const STORED = 'trunkline.language';
const listeners = new Set<() => void>();

const CATALOGUES = {
  en: () => import('virtual:catalogue/en'),
  ja: () => import('virtual:catalogue/ja'),
  pseudo: () => import('virtual:catalogue/pseudo'),
};

/** The text of a message in the language in force. */
export function t(id: MessageId, values?: Values): string {
  return i18n._(id, values);
}

/** The language for `Intl`; the pseudo language formats as English. */
export function language(): Language {
  return i18n.locale === 'ja' ? 'ja' : 'en';
}

export function locale(): string {
  return language() === 'ja' ? 'ja-JP' : englishLocale();
}

/** The browser's English if it has one, so that the clock has the hours that the person reads. */
function englishLocale(): string {
  return navigator.languages.find((one) => one.startsWith('en')) ?? 'en-US';
}

/** Loads a language and shows it. `pseudo` is for tests: `?lang=pseudo`. */
export async function activate(wanted: string): Promise<void> {
  const name = wanted === 'ja' || wanted === 'pseudo' ? wanted : 'en';
  const { messages } = await CATALOGUES[name]();
  i18n.loadAndActivate({ locale: name, messages });
  document.documentElement.lang = name === 'ja' ? 'ja' : 'en';
  listeners.forEach((listener) => listener());
}

/** The language to begin with: asked for in the address, chosen before, or the browser's. */
export function initialLanguage(): string {
  const asked = new URLSearchParams(location.search).get('lang');
  if (asked === 'en' || asked === 'ja' || asked === 'pseudo') return asked;
  const stored = localStorage.getItem(STORED);
  if (stored) return stored;
  return navigator.language.startsWith('ja') ? 'ja' : 'en';
}

export function isLanguageForced(): boolean {
  return new URLSearchParams(location.search).has('lang');
}

/** Remembers a choice, for the sign-in page before anybody is known. */
export function remember(chosen: Language): void {
  localStorage.setItem(STORED, chosen);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Gives `t` and draws anew when the language changes. */
export function useT(): typeof t {
  useSyncExternalStore(subscribe, () => i18n.locale);
  return t;
}
