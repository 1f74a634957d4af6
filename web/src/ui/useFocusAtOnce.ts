import { useEffect, useRef, type RefObject } from 'react';

/** For dialogs that are typed into: they are there with the next key, without a movement. */
export const AT_ONCE = { duration: 0 } as const;

/**
 * The element that has the focus as soon as its dialog is open: what is typed right after the keys that
 * open it belongs there and not to the page below. To be used by the part that draws the dialog, whose
 * own effects have by then noted where the focus is to return to. The dialog has to open `AT_ONCE`.
 */
export function useFocusAtOnce<T extends HTMLElement = HTMLInputElement>(isOpen: boolean): RefObject<T | null> {
  const element = useRef<T>(null);
  useEffect(() => {
    if (isOpen) element.current?.focus();
  }, [isOpen]);
  return element;
}
