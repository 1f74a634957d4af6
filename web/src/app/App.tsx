import { MantineProvider, type MantineColorSchemeManager } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';

import { isProblem } from '../api/client';
import { Announcer } from '../ui/Announcer';
import { useStore } from '../ui/store';
import { Toasts } from '../ui/Toasts';
import { scheme } from './preferences';
import { router } from './router';
import { theme } from './theme';

/** Only what a second try may mend is tried again. */
const queries = new QueryClient({
  defaultOptions: {
    queries: { retry: (count, error) => count < 2 && isProblem(error) && (error.status === 0 || error.status >= 500), refetchOnWindowFocus: false },
  },
});

/** The theme is ours (`preferences.ts`); Mantine is told which one. */
const notMantines: MantineColorSchemeManager = {
  get: (fallback) => fallback,
  set: () => undefined,
  subscribe: () => undefined,
  unsubscribe: () => undefined,
  clear: () => undefined,
};

export function App() {
  const shown = useStore(scheme);
  return (
    <MantineProvider theme={theme} forceColorScheme={shown} colorSchemeManager={notMantines} withGlobalClasses={false} withCssVariables={false}>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
        <Toasts />
        <Announcer />
      </QueryClientProvider>
    </MantineProvider>
  );
}
