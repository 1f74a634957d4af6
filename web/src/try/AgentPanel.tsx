import { IconHeadset } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';

import type { AudioHost } from '../audio/host';
import { useT } from '../i18n';
import { useMe } from '../session/useSession';
import { EmptyState } from '../ui/EmptyState';
import { hear, mixer, voiceOf } from './mixer';
import classes from './Try.module.css';

const host: AudioHost = {
  isStarted: () => mixer.get().isOn,
  onStart: mixer.subscribe,
  voice: () => voiceOf('agent'),
  hear: (stream) => hear('agent', stream),
  pop: () => document.getElementById('try-case')?.scrollIntoView({ block: 'nearest' }),
};

// Before the panel is there, so that it finds it; this module is of one page alone.
window.trunklineHost = host;

/** Keys work wherever the focus is: what a person pressed here, and nobody here takes, the other window gets. */
function passOn(event: KeyboardEvent, other: Window | null | undefined): void {
  if (!event.isTrusted || event.defaultPrevented || !event.ctrlKey) return;
  const { code, key, ctrlKey, altKey, shiftKey, metaKey } = event;
  other?.dispatchEvent(new KeyboardEvent('keydown', { code, key, ctrlKey, altKey, shiftKey, metaKey }));
}

/** The agent's desktop, the real one, as narrow as a CRM shows it. */
export function AgentPanel() {
  const t = useT();
  const me = useMe();
  const frame = useRef<HTMLIFrameElement>(null);
  useEffect(() => {
    const toPanel = (event: KeyboardEvent) => passOn(event, frame.current?.contentWindow);
    window.addEventListener('keydown', toPanel);
    return () => window.removeEventListener('keydown', toPanel);
  }, []);
  const listen = () => frame.current?.contentWindow?.addEventListener('keydown', (event) => passOn(event, window));

  if (!me.agent) return <EmptyState icon={IconHeadset} title={t('try.no_agent')} />;
  return <iframe ref={frame} onLoad={listen} className={classes.panel} src="/embed/agent?host=try" title={t('try.agent')} allow="microphone; autoplay" />;
}
