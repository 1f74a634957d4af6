import { Button } from '@mantine/core';
import { IconHeadset } from '@tabler/icons-react';

import { chooseHeadset, forgetHeadset, headset, type Headset } from '../audio/headset/headset';
import { useT, type MessageId } from '../i18n';
import { useStore } from '../ui/store';

export const HEADSET_HINTS: Record<Headset['state'], MessageId> = {
  none: 'headset.text',
  connected: 'headset.ok',
  busy: 'headset.busy',
  no_buttons: 'headset.no_buttons',
};

/** Takes a headset's buttons, or gives them back. */
export function HeadsetButtons() {
  const t = useT();
  const { state } = useStore(headset);
  const isConnected = state === 'connected';
  return (
    <Button size="xs" leftSection={<IconHeadset size={16} stroke={1.75} aria-hidden />} onClick={() => void (isConnected ? forgetHeadset() : chooseHeadset())}>
      {t(isConnected ? 'headset.disconnect' : 'headset.connect')}
    </Button>
  );
}
