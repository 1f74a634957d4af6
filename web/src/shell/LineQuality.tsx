import { Tooltip } from '@mantine/core';
import { IconAntennaBars2, IconAntennaBars3, IconAntennaBars5 } from '@tabler/icons-react';

import { line } from '../audio/line';
import { grade, type Grade } from '../audio/quality';
import { useT, type MessageId } from '../i18n';
import { number } from '../i18n/format';
import { useStore } from '../ui/store';
import classes from './Header.module.css';

const ICONS = { good: IconAntennaBars5, fair: IconAntennaBars3, poor: IconAntennaBars2 };
const WORDS: Record<Grade, MessageId> = { good: 'quality.good', fair: 'quality.fair', poor: 'quality.poor' };

/** How good the call sounds, as a word; the figures are in the tooltip. */
export function LineQuality() {
  const t = useT();
  const { quality, isConnected } = useStore(line);
  if (!isConnected || !quality) return null;
  const word = grade(quality);
  const Icon = ICONS[word];
  const figure = (value: number | null | undefined) => (value === null || value === undefined ? t('none') : number(value));
  return (
    <Tooltip label={t('quality.figures', { trip: figure(quality.round_trip_ms), jitter: figure(quality.jitter_ms), loss: figure(quality.loss_percent) })}>
      <span className={classes.quality} data-grade={word} tabIndex={0} role="img" aria-label={t(WORDS[word])}>
        <Icon size={20} stroke={1.75} aria-hidden />
        {t(WORDS[word])}
      </span>
    </Tooltip>
  );
}
