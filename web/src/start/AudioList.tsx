import { useState } from 'react';

import { useT } from '../i18n';
import { AudioRow } from './AudioRow';
import classes from './Start.module.css';
import type { Missing } from './types';

/** The audio files that flows play: those that are missing can be uploaded, those that were can be heard. */
export function AudioList({ missing }: { missing: Missing[] }) {
  const t = useT();
  // What was uploaded here is missing no more, and stays to be listened to.
  const [uploaded, setUploaded] = useState<Missing[]>([]);
  const all = [...uploaded, ...missing.filter((one) => !uploaded.some(({ id }) => id === one.id))];
  if (all.length === 0) return null;
  return (
    <div className="stack" role="group" aria-label={t('start.audio')}>
      <h3>{t('start.audio')}</h3>
      <p className="meta">{t('start.audio_text')}</p>
      <ul className={classes.list}>
        {all.map((one) => (
          <AudioRow key={one.id} audio={one} isThere={uploaded.includes(one)} onThere={() => setUploaded((before) => [...before, one])} />
        ))}
      </ul>
    </div>
  );
}
