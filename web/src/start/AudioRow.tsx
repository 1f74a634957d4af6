import { Alert, Button, FileButton } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconPlayerPlay, IconUpload } from '@tabler/icons-react';
import { useState } from 'react';

import { problemText } from '../api/problems';
import { useT } from '../i18n';
import { announce } from '../ui/announce';
import { configuration, useReread } from './configuration';
import type { Missing } from './types';

/** The largest file that the server takes, in bytes; what it keeps of it is smaller. */
const LARGEST = 32 * 1024 * 1024;

const KINDS = 'audio/*,.wav,.mp3,.flac,.ogg';

interface Props {
  audio: Missing;
  isThere: boolean;
  onThere: () => void;
}

/** An audio file that a flow plays: to be uploaded, or to be heard. */
export function AudioRow({ audio: { name, activity }, isThere, onThere }: Props) {
  const t = useT();
  const reread = useReread();
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);

  const attempt = async (act: () => Promise<void>) => {
    setBusy(true);
    setProblem(null);
    try {
      await act();
    } catch (error) {
      setProblem(problemText(error));
    } finally {
      setBusy(false);
    }
  };
  const upload = (file: File | null) => {
    if (!file) return;
    if (file.size > LARGEST) {
      setProblem(t('start.audio_large'));
      return;
    }
    void attempt(async () => {
      await configuration.uploadAudio(name, file);
      onThere();
      announce(t('start.audio_there', { name }));
      await reread();
    });
  };
  const listen = () =>
    void attempt(async () => {
      const wav = await configuration.audio(name);
      const address = URL.createObjectURL(new Blob([wav], { type: 'audio/wav' }));
      const sound = new Audio(address);
      sound.onended = () => URL.revokeObjectURL(address);
      await sound.play().catch(() => setProblem(t('start.audio_silent', { name })));
    });

  return (
    <li className="stack">
      <p className="row">
        {isThere && <IconCircleCheck size={20} stroke={1.75} aria-hidden />}
        <span>{isThere ? t('start.audio_there', { name }) : activity ? t('start.audio_name', { name, activity }) : name}</span>
      </p>
      <div>
        {isThere ? (
          <Button size="xs" leftSection={<IconPlayerPlay size={16} stroke={1.75} aria-hidden />} loading={isBusy} onClick={listen}>
            {t('start.audio_listen', { name })}
          </Button>
        ) : (
          <FileButton accept={KINDS} onChange={upload} inputProps={{ 'aria-label': t('start.audio_choose', { name }) }}>
            {(props) => (
              <Button {...props} size="xs" leftSection={<IconUpload size={16} stroke={1.75} aria-hidden />} loading={isBusy}>
                {t('start.audio_choose', { name })}
              </Button>
            )}
          </FileButton>
        )}
      </div>
      {problem !== null && (
        <Alert variant="outline" color="danger" icon={<IconAlertTriangle size={20} stroke={1.75} aria-hidden />} role="alert">
          {problem}
        </Alert>
      )}
    </li>
  );
}
