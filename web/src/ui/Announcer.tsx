import { useStore } from './store';
import { announcements } from './announce';

/** The two live regions of the page; always there, so that screen readers know them. */
export function Announcer() {
  const { polite, assertive } = useStore(announcements);
  return (
    <>
      <div className="visually-hidden" role="status" aria-live="polite" data-testid="live-polite">
        <span key={polite.at}>{polite.text}</span>
      </div>
      <div className="visually-hidden" role="alert" aria-live="assertive" data-testid="live-assertive">
        <span key={assertive.at}>{assertive.text}</span>
      </div>
    </>
  );
}
