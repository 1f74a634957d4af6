import { render } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';

import { useShortcut } from './shortcuts';

function Part({ run }: { run: () => void }) {
  useShortcut('answer', run);
  return null;
}

const press = (init: KeyboardEventInit) => window.dispatchEvent(new KeyboardEvent('keydown', { code: 'KeyA', ctrlKey: true, altKey: true, ...init }));

describe('useShortcut', () => {
  it('acts on the physical key, whatever letter it gives', () => {
    const run = vi.fn();
    render(<Part run={run} />);
    press({ key: 'ち' });
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('leaves keys alone while an input method composes, with AltGraph, and when repeated', () => {
    const run = vi.fn();
    render(<Part run={run} />);
    press({ isComposing: true });
    press({ modifierAltGraph: true });
    press({ repeat: true });
    press({ ctrlKey: false, altKey: false });
    press({ shiftKey: true });
    expect(run).not.toHaveBeenCalled();
  });

  it('lets the newest part of the page have the keys', () => {
    const [below, above] = [vi.fn(), vi.fn()];
    render(<Part run={below} />);
    const over = render(<Part run={above} />);
    press({});
    over.unmount();
    press({});
    expect([below.mock.calls.length, above.mock.calls.length]).toEqual([1, 1]);
  });
});
