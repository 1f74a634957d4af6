import { Menu } from '@mantine/core';
import { IconKeyboard, IconLanguage, IconLogout, IconMoon, IconSearch, IconSun, IconUserOff } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';

import { desk as commands } from '../api/commands';
import { problemText } from '../api/problems';
import { changePreferences, scheme } from '../app/preferences';
import { keysOf } from '../app/shortcuts';
import { isActive } from '../desk/controls';
import { useDeskIfAny } from '../desk/DeskContext';
import { language, useT } from '../i18n';
import { useMe, useSignOut } from '../session/useSession';
import { toast } from '../ui/announce';
import { useStore } from '../ui/store';
import classes from './Header.module.css';
import { palette } from './paletteStore';
import { usePlaces } from './Rail';

function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  if (/[\u0250-\uffff]/.test(name)) return words[0]?.slice(0, 2) ?? '';
  return words.map((word) => word[0]?.toUpperCase() ?? '').join('').slice(0, 2);
}

/** Pages, language, theme, shortcuts, and signing out. */
export function UserMenu({ onShortcuts }: { onShortcuts: () => void }) {
  const t = useT();
  const me = useMe();
  const desk = useDeskIfAny();
  const places = usePlaces();
  const navigate = useNavigate();
  const signOut = useSignOut();
  const isDark = useStore(scheme) === 'dark';
  const control = desk?.controls.sign_out;

  const change = (part: Parameters<typeof changePreferences>[0]) => {
    changePreferences(part, true).catch((error: unknown) => toast(problemText(error), 'error'));
  };
  const leave = async () => {
    try {
      if (desk && desk.state.under !== 'signed_out') await commands.signOut();
      await signOut();
    } catch (error) {
      toast(problemText(error), 'error');
    }
  };
  const isLeaving = control === undefined || control.cell === 'hidden' || isActive(control);

  return (
    <Menu position="bottom-end" width={260}>
      <Menu.Target>
        <button type="button" className={classes.avatar} aria-label={t('menu.label', { name: me.display_name })}>
          <span aria-hidden>{initials(me.display_name)}</span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{me.display_name}</Menu.Label>
        {places.map(({ to, word, icon: Picture }) => (
          <Menu.Item key={to} leftSection={<Picture size={20} stroke={1.75} aria-hidden />} onClick={() => void navigate({ to })}>
            {t(word)}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconSearch size={20} stroke={1.75} aria-hidden />} rightSection={<kbd className="meta">{keysOf('palette')}</kbd>} onClick={() => palette.open()}>
          {t('palette')}
        </Menu.Item>
        <Menu.Item leftSection={<IconKeyboard size={20} stroke={1.75} aria-hidden />} rightSection={<kbd className="meta">{keysOf('shortcuts')}</kbd>} onClick={onShortcuts}>
          {t('shortcuts.title')}
        </Menu.Item>
        <Menu.Item leftSection={<IconLanguage size={20} stroke={1.75} aria-hidden />} onClick={() => change({ language: language() === 'ja' ? 'en' : 'ja' })}>
          {t('menu.other_language')}
        </Menu.Item>
        <Menu.Item
          leftSection={isDark ? <IconSun size={20} stroke={1.75} aria-hidden /> : <IconMoon size={20} stroke={1.75} aria-hidden />}
          onClick={() => change({ theme: isDark ? 'light' : 'dark' })}
        >
          {t(isDark ? 'menu.light' : 'menu.dark')}
        </Menu.Item>
        <Menu.Divider />
        {desk && desk.state.under !== 'signed_out' && control && (
          <Menu.Item leftSection={<IconUserOff size={20} stroke={1.75} aria-hidden />} disabled={!isActive(control)} onClick={() => void desk.run('sign-out', commands.signOut)}>
            {t('menu.leave_desk')}
          </Menu.Item>
        )}
        <Menu.Item leftSection={<IconLogout size={20} stroke={1.75} aria-hidden />} disabled={!isLeaving} onClick={() => void leave()}>
          {t('menu.sign_out')}
        </Menu.Item>
        {!isLeaving && control?.reason && (
          <p className="meta" style={{ padding: '0 12px 8px 44px' }}>
            {t(control.reason)}
          </p>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
