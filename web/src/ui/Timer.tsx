import { clock } from '../i18n/format';
import { useNow } from '../live/useNow';

interface Props {
  /** Counts up from here (server's clock) … */
  since?: number;
  /** … or down to here. */
  until?: number;
  className?: string;
}

/** A time that runs by the server's clock. Screen readers read it when they come to it, not each second. */
export function Timer({ since, until, className }: Props) {
  const now = useNow();
  const ms = until === undefined ? now - (since ?? now) : until - now + 999;
  return (
    <span className={`num ${className ?? ''}`} role="timer" aria-live="off">
      {clock(ms)}
    </span>
  );
}
