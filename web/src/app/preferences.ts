// Language, theme, density and shortcuts: of this browser at once, of the person when signed in.
import { request } from '../api/client';
import type { Preferences } from '../api/types';
import { activate, isLanguageForced, remember } from '../i18n';
import { Store } from '../ui/store';

export type Theme = Preferences['theme'];

const KEYS = { theme: 'trunkline.theme', density: 'trunkline.density', language: 'trunkline.language' } as const;
const PICKED = 'trunkline.language.picked';

function read(): Preferences {
  const theme = localStorage.getItem(KEYS.theme);
  return {
    language: document.documentElement.lang === 'ja' ? 'ja' : 'en',
    theme: theme === 'light' || theme === 'dark' ? theme : 'system',
    density: localStorage.getItem(KEYS.density) === 'compact' ? 'compact' : 'comfortable',
    shortcuts: {},
  };
}

export const preferences = new Store<Preferences>(read());
/** Light or dark, after the machine's own wish. */
export const scheme = new Store<'light' | 'dark'>(resolve(preferences.get().theme));

const dark = matchMedia('(prefers-color-scheme: dark)');

function resolve(theme: Theme): 'light' | 'dark' {
  if (theme !== 'system') return theme;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

function show(wanted: Preferences): void {
  document.documentElement.dataset.density = wanted.density;
  scheme.set(resolve(wanted.theme));
  localStorage.setItem(KEYS.theme, wanted.theme);
  localStorage.setItem(KEYS.density, wanted.density);
  if (isLanguageForced()) return;
  remember(wanted.language);
  void activate(wanted.language);
}

dark.addEventListener('change', () => scheme.set(resolve(preferences.get().theme)));

// Another tab, or the page around a panel, has changed them.
window.addEventListener('storage', ({ key, newValue }) => {
  if (key === KEYS.language && (newValue === 'en' || newValue === 'ja')) adoptPreferences({ language: newValue });
  if (key === KEYS.theme && (newValue === 'light' || newValue === 'dark' || newValue === 'system')) adoptPreferences({ theme: newValue });
});

/** Takes over what the server knows of the person. */
export function adoptPreferences(theirs: Partial<Preferences>): void {
  const next = { ...preferences.get(), ...theirs };
  preferences.set(next);
  show(next);
}

/**
 * Changes and remembers; the page changes at once, even where the server cannot be reached. A language
 * that somebody picks before they sign in waits in this tab until they have.
 */
export async function changePreferences(part: Partial<Preferences>, isSignedIn: boolean): Promise<void> {
  const next = { ...preferences.get(), ...part };
  preferences.set(next);
  show(next);
  if (isSignedIn) await request('PUT', '/session/preferences', next);
  else if (part.language) sessionStorage.setItem(PICKED, part.language);
}

/** What was picked in this tab before anybody was known; nothing if nothing was. */
export function pickedLanguage(): Preferences['language'] | null {
  const picked = sessionStorage.getItem(PICKED);
  return picked === 'en' || picked === 'ja' ? picked : null;
}

export function forgetPickedLanguage(): void {
  sessionStorage.removeItem(PICKED);
}
