import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet, type RouteComponent } from '@tanstack/react-router';

import { FaultPage } from '../shell/FaultPage';
import { NotFoundPage } from '../shell/NotFoundPage';
import { Shell } from '../shell/Shell';

const text = (value: unknown) => (typeof value === 'string' ? value : undefined);

const root = createRootRoute({
  component: Outlet,
  notFoundComponent: NotFoundPage,
  errorComponent: FaultPage,
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: 'signin',
  validateSearch: (search: Record<string, unknown>): { next?: string } => ({ next: text(search.next) }),
  component: lazyRouteComponent(() => import('../session/SignInPage')),
});
const open = createRoute({ getParentRoute: () => root, path: 'open/$token', component: lazyRouteComponent(() => import('../try/OpenPage')) });
const tryIt = createRoute({ getParentRoute: () => root, path: 'try', component: lazyRouteComponent(() => import('../try/TryPage')) });
const setup = createRoute({ getParentRoute: () => root, path: 'setup/$token', component: lazyRouteComponent(() => import('../setup/SetupPage')) });

const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  component: () => (
    <Shell>
      <Outlet />
    </Shell>
  ),
});
const panel = createRoute({
  getParentRoute: () => root,
  id: 'panel',
  component: () => (
    <Shell isPanel>
      <Outlet />
    </Shell>
  ),
});

const DeskPage = lazyRouteComponent(() => import('../desk/DeskPage'));
const StartPage = lazyRouteComponent(() => import('../start/StartPage'));
const page = <P extends string>(path: P, component: RouteComponent) => createRoute({ getParentRoute: () => shell, path, component });

// Pages of other roles and the rest of the first start are added here, one line each.
const pages = [
  page('/', lazyRouteComponent(() => import('../shell/HomePage'))),
  page('agent', DeskPage),
  page('agent/c/$contactId', DeskPage),
  page('agent/history', lazyRouteComponent(() => import('../contact/HistoryPage'))),
  page('contacts', lazyRouteComponent(() => import('../contact/ContactsPage'))),
  page('start', StartPage),
  page('start/$step', StartPage),
  page('account', lazyRouteComponent(() => import('../account/AccountPage'))),
] as const;
const contact = createRoute({
  getParentRoute: () => shell,
  path: 'contacts/$contactId',
  validateSearch: (search: Record<string, unknown>): { tab?: string } => ({ tab: text(search.tab) }),
  component: lazyRouteComponent(() => import('../contact/ContactPage')),
});
const embedded = createRoute({ getParentRoute: () => panel, path: 'embed/agent', component: DeskPage });

export const router = createRouter({
  routeTree: root.addChildren([signIn, setup, open, tryIt, shell.addChildren([...pages, contact]), panel.addChildren([embedded])]),
  defaultPreload: 'intent',
  scrollRestoration: false,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
