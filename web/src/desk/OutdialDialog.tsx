import { Button, Modal, Select, TextInput } from '@mantine/core';
import { IconPhoneOutgoing } from '@tabler/icons-react';
import { useState, type FormEvent } from 'react';

import { desk } from '../api/commands';
import { useT } from '../i18n';
import { phone, typedNumber } from '../i18n/phone';
import { AT_ONCE, useFocusAtOnce } from '../ui/useFocusAtOnce';
import { useDesk } from './DeskContext';

/** Calls a number outside, and chooses which number is shown there. */
export function OutdialDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const t = useT();
  const { view, run, sending } = useDesk();
  const [text, setText] = useState('');
  const [ani, setAni] = useState<string | null>(null);
  const [isTried, setTried] = useState(false);
  const anis = view.outdial?.anis ?? [];
  const typed = typedNumber(text);
  const field = useFocusAtOnce(isOpen);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!typed) return;
    if (await run('outdial', () => desk.outdial(typed, ani ?? anis[0]?.id ?? null))) {
      setText('');
      setTried(false);
      onClose();
    }
  };

  return (
    <Modal opened={isOpen} onClose={onClose} transitionProps={AT_ONCE} title={t('outdial.title')} closeButtonProps={{ 'aria-label': t('close') }}>
      <form className="stack" onSubmit={(event) => void submit(event)}>
        <TextInput
          ref={field}
          data-autofocus
          label={t('outdial.number')}
          description={t('outdial.hint')}
          type="tel"
          inputMode="tel"
          autoComplete="off"
          value={text}
          error={isTried && !typed ? t('outdial.wrong') : undefined}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        {anis.length > 0 && (
          <Select
            label={t('outdial.ani')}
            data={anis.map((one) => ({ value: one.id, label: one.name === one.id ? phone(one.name) : one.name }))}
            value={ani ?? anis[0]?.id ?? null}
            onChange={setAni}
            allowDeselect={false}
          />
        )}
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button type="submit" variant="filled" leftSection={<IconPhoneOutgoing size={20} stroke={1.75} aria-hidden />} loading={sending === 'outdial'}>
            {t('outdial.call')}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
