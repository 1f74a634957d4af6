import { Button, FileButton } from '@mantine/core';
import { IconFileImport } from '@tabler/icons-react';
import { useRef, useState, type DragEvent } from 'react';

import { useT } from '../i18n';
import classes from './Start.module.css';

/** The largest export that is read, in bytes. Real ones have up to a megabyte. */
const LARGEST = 4_000_000;

interface Props {
  isBusy: boolean;
  onFile: (name: string, text: string) => void;
  onUnreadable: (error: Error) => void;
}

/** A file by dropping it, or by the browser's own choice of files, which needs no mouse. */
export function DropZone({ isBusy, onFile, onUnreadable }: Props) {
  const t = useT();
  const [isOver, setOver] = useState(false);
  const forget = useRef<() => void>(null);
  const take = async (file: File | null | undefined) => {
    if (!file) return;
    // Else the browser is silent when the same file is chosen again, mended meanwhile.
    forget.current?.();
    if (file.size > LARGEST) {
      onUnreadable(new Error(t('start.file_large')));
      return;
    }
    try {
      onFile(file.name, await file.text());
    } catch {
      onUnreadable(new Error(t('start.file_unreadable')));
    }
  };
  const over = (event: DragEvent, is: boolean) => {
    event.preventDefault();
    setOver(is);
  };
  return (
    <div
      className={classes.drop}
      data-over={isOver || undefined}
      onDragOver={(event) => over(event, true)}
      onDragLeave={(event) => over(event, false)}
      onDrop={(event) => {
        over(event, false);
        void take(event.dataTransfer.files.item(0));
      }}
    >
      <IconFileImport size={28} stroke={1.5} aria-hidden />
      <p>{t('start.drop')}</p>
      <FileButton resetRef={forget} accept="application/json,.json" onChange={(file) => void take(file)} inputProps={{ 'aria-label': t('start.choose_file') }}>
        {(props) => (
          <Button {...props} loading={isBusy}>
            {t('start.choose_file')}
          </Button>
        )}
      </FileButton>
    </div>
  );
}
