import { ActionIcon, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useState } from 'react';

import { useT } from '../i18n';
import { announce } from './announce';

/** Copies a text; says so. */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const t = useT();
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    announce(t('copied'));
    setTimeout(() => setCopied(false), 2_000);
  };
  const Icon = isCopied ? IconCheck : IconCopy;
  return (
    <Tooltip label={isCopied ? t('copied') : t('copy_what', { what })}>
      <ActionIcon size={28} aria-label={t('copy_what', { what })} onClick={() => void copy()}>
        <Icon size={16} stroke={1.75} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
