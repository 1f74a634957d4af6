import { t } from '../i18n';

const BROWSERS: [RegExp, string][] = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\//, 'Firefox'],
  [/Chrome\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];
const SYSTEMS: [RegExp, string][] = [
  [/Windows/, 'Windows'],
  [/CrOS/, 'ChromeOS'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
];

/** What this desktop is called at another one: browser and system; a page learns no more. */
export function desktopLabel(): string {
  const agent = navigator.userAgent;
  const find = (names: [RegExp, string][]) => names.find(([sign]) => sign.test(agent))?.[1];
  return [find(BROWSERS) ?? t('elsewhere.browser'), find(SYSTEMS)].filter(Boolean).join(', ');
}
