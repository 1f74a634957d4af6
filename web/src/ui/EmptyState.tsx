import type { Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';

import classes from './states.module.css';

interface Props {
  icon: Icon;
  title: string;
  children?: ReactNode;
}

/** What a place says that has nothing in it. */
export function EmptyState({ icon: Picture, title, children }: Props) {
  return (
    <div className={classes.state}>
      <Picture size={28} stroke={1.5} aria-hidden />
      <p className={classes.title}>{title}</p>
      {children}
    </div>
  );
}
