import type { Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';

import classes from './states.module.css';

interface Props {
  icon: Icon;
  title: string;
  /** Whether it is all that the page has: its title is the page's heading then. */
  isPage?: boolean;
  children?: ReactNode;
}

/** What a place says that has nothing in it. */
export function EmptyState({ icon: Picture, title, isPage, children }: Props) {
  const Title = isPage ? 'h1' : 'p';
  return (
    <div className={classes.state}>
      <Picture size={28} stroke={1.5} aria-hidden />
      <Title className={classes.title}>{title}</Title>
      {children}
    </div>
  );
}
