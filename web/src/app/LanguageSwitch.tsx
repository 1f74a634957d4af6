import { SegmentedControl } from '@mantine/core';

import { language, useT } from '../i18n';
import { toast } from '../ui/announce';
import { problemText } from '../api/problems';
import { changePreferences } from './preferences';

const NAMES = [
  { value: 'en', label: 'English' }, // eslint-disable-line lingui/no-unlocalized-strings -- each language in itself
  { value: 'ja', label: '日本語' }, // eslint-disable-line lingui/no-unlocalized-strings -- each language in itself
];

/** English or Japanese; each language is written in itself. */
export function LanguageSwitch({ isSignedIn }: { isSignedIn: boolean }) {
  const t = useT();
  const change = (value: string) => {
    changePreferences({ language: value === 'ja' ? 'ja' : 'en' }, isSignedIn).catch((error: unknown) => toast(problemText(error), 'error'));
  };
  return <SegmentedControl size="xs" aria-label={t('language')} data={NAMES} value={language()} onChange={change} />;
}
