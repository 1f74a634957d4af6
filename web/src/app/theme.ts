import { createTheme, type VariantColorsResolver } from '@mantine/core';

interface Fill {
  ground: string;
  ink: string;
}

/** The only fills that a button has: neutral ink, and the two that belong to a call. */
const FILLS: Record<string, Fill> = {
  action: { ground: 'var(--tl-action)', ink: 'var(--tl-action-on)' },
  answer: { ground: 'var(--tl-answer)', ink: 'var(--tl-answer-on)' },
  danger: { ground: 'var(--tl-danger)', ink: 'var(--tl-danger-on)' },
};
const INK: Fill = { ground: 'var(--tl-action)', ink: 'var(--tl-action-on)' };

const variantColorResolver: VariantColorsResolver = ({ variant, color }) => {
  const fill = FILLS[color ?? 'action'] ?? INK;
  switch (variant) {
    case 'filled':
      return {
        background: fill.ground,
        hover: `color-mix(in srgb, ${fill.ground} 88%, var(--tl-text))`,
        color: fill.ink,
        border: '1px solid transparent',
      };
    case 'subtle':
    case 'transparent':
      return {
        background: 'transparent',
        hover: 'var(--tl-sunken)',
        color: color === 'danger' ? 'var(--tl-danger-text)' : 'var(--tl-text)',
        border: '1px solid transparent',
      };
    default:
      return {
        background: 'var(--tl-surface)',
        hover: 'var(--tl-sunken)',
        color: color === 'danger' ? 'var(--tl-danger-text)' : 'var(--tl-text)',
        border: '1px solid var(--tl-control-border)',
      };
  }
};

/** What Mantine's parts look like where nothing else is said. Colours are in `tokens.css`. */
export const theme = createTheme({
  fontFamily: 'var(--tl-font)',
  defaultRadius: 6,
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  variantColorResolver,
  components: {
    Button: { defaultProps: { variant: 'default', size: 'sm' } },
    ActionIcon: { defaultProps: { variant: 'subtle', size: 36 } },
    Modal: { defaultProps: { centered: true, lockScroll: false, radius: 10, transitionProps: { duration: 120 } } },
    Menu: { defaultProps: { withInitialFocusPlaceholder: false, shadow: 'md', radius: 8, transitionProps: { duration: 120 } } },
    Popover: { defaultProps: { shadow: 'md', radius: 8, transitionProps: { duration: 120 } } },
    Tooltip: { defaultProps: { openDelay: 300, multiline: true, maw: 260, events: { hover: true, focus: true, touch: false } } },
  },
});
