import { IconChevronDown } from '@tabler/icons-react';
import { useId, useState, type ReactNode } from 'react';

import classes from './Section.module.css';

interface Props {
  title: string;
  aside?: ReactNode;
  children: ReactNode;
  /** Whether it folds, and whether it begins open. */
  fold?: 'open' | 'closed';
}

/** A card with a heading; in narrow panels one that folds. */
export function Section({ title, aside, children, fold }: Props) {
  const id = useId();
  const [isOpen, setOpen] = useState(fold !== 'closed');
  if (!fold) {
    return (
      <section className="card" aria-labelledby={id}>
        <div className={classes.head}>
          <h2 id={id}>{title}</h2>
          {aside}
        </div>
        {children}
      </section>
    );
  }
  return (
    <section className={`card ${classes.fold}`} aria-labelledby={id}>
      <h2 id={id}>
        <button type="button" className={classes.toggle} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          <IconChevronDown size={20} stroke={1.75} aria-hidden className={isOpen ? classes.open : classes.closed} />
          <span>{title}</span>
        </button>
      </h2>
      {isOpen && (
        <div className={classes.body}>
          {aside}
          {children}
        </div>
      )}
    </section>
  );
}
