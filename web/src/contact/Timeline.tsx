import type { ContactDetail } from '../api/types';
import { useT, type MessageId } from '../i18n';
import { clock } from '../i18n/format';
import { serverNow } from '../live/clock';
import classes from './ContactPage.module.css';
import { timeline, type Part } from './spans';

const WORDS: Record<Part, MessageId> = { flow: 'part.flow', queue: 'part.queue', ring: 'part.ring', talk: 'part.talk', hold: 'part.hold', after: 'part.after' };
/** A span narrower than this has no room for its word; the list under it has them all. */
const WORD_PERCENT = 9;

/** How the contact's time was spent; the same figures as text under it. */
export function Timeline({ detail }: { detail: ContactDetail }) {
  const t = useT();
  const last = detail.path.at(-1)?.t_ms ?? 0;
  const end = detail.contact.is_live ? serverNow() - detail.contact.arrived_ms : last;
  const spans = timeline(detail.path, end);
  const whole = spans.reduce((sum, span) => sum + span.toMs - span.fromMs, 0);
  if (whole === 0) return null;
  return (
    <div>
      <div className={classes.line} aria-hidden>
        {spans.map((span) => {
          const percent = (100 * (span.toMs - span.fromMs)) / whole;
          return (
            <div key={span.fromMs} className={classes.span} data-part={span.part} style={{ flex: `${percent} 0 0` }}>
              {percent > WORD_PERCENT ? t(WORDS[span.part]) : ''}
            </div>
          );
        })}
      </div>
      <ul className={classes.legend} aria-label={t('contact.timeline')}>
        {spans.map((span) => (
          <li key={span.fromMs} className="meta num">
            {t(WORDS[span.part])} {clock(span.toMs - span.fromMs)}
          </li>
        ))}
      </ul>
    </div>
  );
}
