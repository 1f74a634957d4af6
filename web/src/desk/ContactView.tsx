import { Link } from '@tanstack/react-router';

import { useT } from '../i18n';
import { Section } from '../ui/Section';
import { CallControls } from './CallControls';
import { ContactHead } from './ContactHead';
import { DetailsForm } from './DetailsForm';
import { useContact } from './DeskContext';
import { HoldBar } from './HoldBar';
import { ConferenceParties, ConsultLegs } from './LegCards';
import { OfferCard } from './OfferCard';
import { PathList } from './PathList';
import { CallerHistory, SidePanel } from './SidePanel';
import { numberOf } from './state';
import { useDetails } from './useDetails';
import { useNarrow } from './useNarrow';
import { WrapUpPanel } from './WrapUpPanel';

/** A contact that rings: who it is, and already what happened before. */
export function OfferView() {
  const t = useT();
  const { contact } = useContact();
  const isNarrow = useNarrow();
  return (
    <div className="stack">
      <OfferCard />
      <Section title={t('path.title')} fold={isNarrow ? 'open' : undefined}>
        <PathList path={contact.path} />
      </Section>
      {isNarrow && (
        <Section title={t('side.history')} fold="closed">
          <CallerHistory ani={numberOf(contact)} current={contact.id} />
        </Section>
      )}
    </div>
  );
}

/** A contact in conversation or being wrapped up. */
export function ContactWork({ hasSide }: { hasSide: boolean }) {
  const t = useT();
  const { contact, state } = useContact();
  const details = useDetails(contact);
  const isNarrow = useNarrow();
  const isAfter = state.under === 'wrap_up';

  return (
    <div className="stack">
      <ContactHead />
      {!isAfter && <CallControls />}
      {state.under === 'on_hold' && <HoldBar />}
      {state.under === 'consulting' && <ConsultLegs />}
      {state.under === 'conference' && <ConferenceParties />}
      {isAfter && <WrapUpPanel details={details} />}
      <DetailsForm details={details} />
      <Section
        title={t('path.title')}
        fold={isNarrow ? 'closed' : undefined}
        aside={
          <Link to="/contacts/$contactId" params={{ contactId: contact.id }} search={{ tab: 'trace' }}>
            {t('path.open_trace')}
          </Link>
        }
      >
        <PathList path={contact.path} />
      </Section>
      {isNarrow && (
        <Section title={t('side.history')} fold="closed">
          <CallerHistory ani={numberOf(contact)} current={contact.id} />
        </Section>
      )}
      {!isAfter && state.under !== 'dialling' && <WrapUpPanel details={details} fold="closed" />}
      {!isNarrow && !hasSide && (
        <div className="card" style={{ padding: 0 }}>
          <SidePanel />
        </div>
      )}
    </div>
  );
}
