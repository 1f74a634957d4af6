import { Button } from '@mantine/core';

import classes from './Start.module.css';

interface Props {
  next: string;
  isBusy?: boolean;
  isOff?: boolean;
  onNext?: () => void;
  later?: { word: string; go: () => void };
}

/** The way on, and the way around. */
export function StepButtons({ next, isBusy, isOff, onNext, later }: Props) {
  return (
    <div className={classes.buttons}>
      {later && (
        <Button variant="subtle" onClick={later.go}>
          {later.word}
        </Button>
      )}
      <Button type={onNext ? 'button' : 'submit'} variant="filled" size="md" loading={isBusy} disabled={isOff} onClick={onNext}>
        {next}
      </Button>
    </div>
  );
}
