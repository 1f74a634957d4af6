import { Spotlight, useSpotlight, type SpotlightActionData } from '@mantine/spotlight';
import { IconCircleCheck, IconCoffee, IconFileSearch, IconKeyboard, IconPhone, IconSearch } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';

import { desk as commands } from '../api/commands';
import { useShortcut } from '../app/shortcuts';
import { isActive } from '../desk/controls';
import { useDeskIfAny } from '../desk/DeskContext';
import { useT } from '../i18n';
import { phone, typedNumber } from '../i18n/phone';
import { AT_ONCE, useFocusAtOnce } from '../ui/useFocusAtOnce';
import { searchedNumber } from '../contact/searchedNumber';
import { palette, paletteStore } from './paletteStore';
import { usePlaces } from './Rail';

const ID = /^[0-9a-f-]{8,40}$/i;

/** Pages, states, and contacts by id or number; by keyboard. */
export function Palette({ onShortcuts }: { onShortcuts: () => void }) {
  const t = useT();
  const navigate = useNavigate();
  const places = usePlaces();
  const desk = useDeskIfAny();
  const [query, setQuery] = useState('');
  const search = useFocusAtOnce(useSpotlight(paletteStore).opened);
  useShortcut('palette', () => palette.toggle());

  const typed = query.trim();
  const number = typedNumber(typed);
  const found: SpotlightActionData[] = [];
  if (ID.test(typed) && typed.includes('-')) {
    found.push({
      id: 'contact',
      label: t('palette.contact', { id: typed.slice(-8) }),
      keywords: typed,
      leftSection: <IconFileSearch size={20} stroke={1.75} aria-hidden />,
      onClick: () => void navigate({ to: '/contacts/$contactId', params: { contactId: typed } }),
    });
  }
  if (number) {
    found.push({
      id: 'number',
      label: t('palette.number', { number: phone(number) }),
      keywords: typed,
      leftSection: <IconPhone size={20} stroke={1.75} aria-hidden />,
      onClick: () => {
        // Numbers of people are never in an address.
        searchedNumber.set(number);
        void navigate({ to: '/contacts' });
      },
    });
  }
  const pages: SpotlightActionData[] = places.map(({ to, word, icon: Picture }) => ({
    id: to,
    label: t(word),
    leftSection: <Picture size={20} stroke={1.75} aria-hidden />,
    onClick: () => void navigate({ to }),
  }));
  const states: SpotlightActionData[] =
    desk && isActive(desk.controls.idle)
      ? [
          ...(isActive(desk.controls.available)
            ? [{ id: 'available', label: t('state.available'), leftSection: <IconCircleCheck size={20} stroke={1.75} aria-hidden />, onClick: () => void desk.run('state', () => commands.setState({ state: 'available' })) }]
            : []),
          ...desk.view.idle_codes.map((code) => ({
            id: `idle-${code.id}`,
            label: t('state.idle_because', { reason: code.name }),
            leftSection: <IconCoffee size={20} stroke={1.75} aria-hidden />,
            onClick: () => void desk.run('state', () => commands.setState({ state: 'idle', code: code.id })),
          })),
        ]
      : [];
  const others: SpotlightActionData[] = [
    { id: 'shortcuts', label: t('shortcuts.title'), leftSection: <IconKeyboard size={20} stroke={1.75} aria-hidden />, onClick: onShortcuts },
  ];

  return (
    <Spotlight
      store={paletteStore}
      query={query}
      onQueryChange={setQuery}
      actions={[...found, ...pages, ...states, ...others]}
      shortcut={null}
      transitionProps={AT_ONCE}
      nothingFound={t('nothing_found')}
      highlightQuery={false}
      scrollable
      maxHeight={400}
      scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}
      lockScroll={false}
      searchProps={{ ref: search, leftSection: <IconSearch size={20} stroke={1.75} aria-hidden />, placeholder: t('palette.hint'), 'aria-label': t('palette') }}
    />
  );
}
