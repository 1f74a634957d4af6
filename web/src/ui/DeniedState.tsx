import { IconLock } from '@tabler/icons-react';
import type { ReactNode } from 'react';

import classes from './states.module.css';

/** What a page says to somebody who may not see it. */
export function DeniedState({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className={`${classes.state} ${classes.page}`}>
      <IconLock size={28} stroke={1.5} aria-hidden />
      <h1>{title}</h1>
      <div className="dim">{children}</div>
    </div>
  );
}
