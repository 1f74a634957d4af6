import { Tooltip } from '@mantine/core';
import { IconHeadset, IconHistory, IconHome, IconListCheck, IconSettings, type Icon } from '@tabler/icons-react';
import { Link, useRouterState } from '@tanstack/react-router';

import { useT, type MessageId } from '../i18n';
import { hasRole, useMe } from '../session/useSession';
import classes from './Rail.module.css';

export interface Place {
  to: '/' | '/agent' | '/agent/history' | '/account' | '/start';
  word: MessageId;
  icon: Icon;
}

/** The pages that somebody may open. */
export function usePlaces(): Place[] {
  const me = useMe();
  return [
    ...(me.agent
      ? ([
          { to: '/agent', word: 'page.desk', icon: IconHeadset },
          { to: '/agent/history', word: 'page.history', icon: IconHistory },
        ] as const)
      : ([{ to: '/', word: 'page.home', icon: IconHome }] as const)),
    ...(hasRole(me, 'administrator') ? ([{ to: '/start', word: 'page.start', icon: IconListCheck }] as const) : []),
    { to: '/account', word: 'page.account', icon: IconSettings },
  ];
}

export function Rail() {
  const t = useT();
  const places = usePlaces();
  const path = useRouterState({ select: (state) => state.location.pathname });
  return (
    <nav className={classes.rail} aria-label={t('rail')}>
      {places.map(({ to, word, icon: Picture }) => {
        const isHere = path === to || (to === '/agent' && path.startsWith('/agent/c/')) || (to === '/start' && path.startsWith('/start/'));
        return (
          <Tooltip key={to} label={t(word)} position="right">
            <Link to={to} className={classes.place} aria-label={t(word)} aria-current={isHere ? 'page' : undefined}>
              <Picture size={20} stroke={1.75} aria-hidden />
            </Link>
          </Tooltip>
        );
      })}
    </nav>
  );
}
