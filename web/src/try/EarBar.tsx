import { Button, SegmentedControl } from '@mantine/core';
import { IconArrowsLeftRight, IconHeadphones, IconMicrophone, IconMicrophoneOff, IconVolume } from '@tabler/icons-react';

import { keysOf, useShortcut } from '../app/shortcuts';
import { useT } from '../i18n';
import { useStore } from '../ui/store';
import { mixer, speakAs, switchOn, type Side } from './mixer';
import classes from './Try.module.css';

/** Which ear is whose, and who the microphone speaks for. */
export function EarBar() {
  const t = useT();
  const { isOn, hasMicrophone, side } = useStore(mixer);
  const swap = () => speakAs(mixer.get().side === 'caller' ? 'agent' : 'caller');
  useShortcut('swap_sides', swap, isOn);

  if (!isOn) {
    return (
      <div className={classes.ears}>
        <Button variant="filled" leftSection={<IconVolume size={20} stroke={1.75} aria-hidden />} onClick={() => void switchOn()}>
          {t('try.allow')}
        </Button>
        <span className="dim">{t('try.allow_text')}</span>
      </div>
    );
  }
  const Microphone = hasMicrophone ? IconMicrophone : IconMicrophoneOff;
  return (
    <div className={classes.ears}>
      <span className="row">
        <IconHeadphones size={20} stroke={1.75} aria-hidden />
        {t('try.ears')}
      </span>
      <span className="row">
        <Microphone size={20} stroke={1.75} aria-hidden />
        {t(hasMicrophone ? 'try.speak_as' : 'try.no_microphone')}
      </span>
      {hasMicrophone && (
        <>
          <SegmentedControl
            size="xs"
            aria-label={t('try.speak_as')}
            data={[
              { value: 'caller', label: t('try.tab_caller') },
              { value: 'agent', label: t('try.tab_agent') },
            ]}
            value={side}
            onChange={(value) => speakAs(value as Side)}
          />
          <Button size="xs" leftSection={<IconArrowsLeftRight size={16} stroke={1.75} aria-hidden />} title={keysOf('swap_sides')} onClick={swap}>
            {t('try.swap')}
          </Button>
        </>
      )}
    </div>
  );
}
