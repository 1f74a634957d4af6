import { useQuery, useQueryClient } from '@tanstack/react-query';

import { isProblem, request, setCsrf } from '../api/client';
import { problemText } from '../api/problems';
import type { Me, Role } from '../api/types';
import { adoptPreferences, changePreferences, forgetPickedLanguage, pickedLanguage } from '../app/preferences';
import { clearDrafts } from '../desk/drafts';
import { live } from '../live/desk';
import { tellTabs } from '../live/tabs';
import { toast } from '../ui/announce';

const KEY = ['session'];

/** Takes over who is signed in; the language that they picked on the way becomes theirs. */
function adopt(me: Me): Me {
  const language = pickedLanguage() ?? me.language;
  setCsrf(me.csrf);
  adoptPreferences({ ...me.preferences, language });
  // Until then the server takes nothing else from them.
  if (me.must_change_password) return { ...me, language };
  forgetPickedLanguage();
  if (language !== me.language) changePreferences({ language }, true).catch((error: unknown) => toast(problemText(error), 'error'));
  return { ...me, language };
}

/** Who is signed in; null for nobody. */
async function readSession(): Promise<Me | null> {
  try {
    return adopt(await request<Me>('GET', '/session', undefined, { isSignIn: true }));
  } catch (error) {
    if (isProblem(error) && error.status === 401) return null;
    throw error;
  }
}

export function useSession() {
  return useQuery({ queryKey: KEY, queryFn: readSession, staleTime: Infinity, retry: 2 });
}

export function useMe(): Me {
  const { data } = useSession();
  if (!data) throw new Error('this part of the page is for people who are signed in');
  return data;
}

export function hasRole(me: Me, ...roles: Role[]): boolean {
  return roles.some((role) => me.roles.includes(role));
}

/** Signs in, and lets everything that waits go on. */
export function useSignIn() {
  const client = useQueryClient();
  return async (name: string, password: string): Promise<Me> => {
    const me = adopt(await request<Me>('POST', '/session', { name, password }, { isSignIn: true }));
    client.setQueryData(KEY, me);
    return me;
  };
}

/** For pages that sign in by other means: the first administrator. */
export function useAdoptSession() {
  const client = useQueryClient();
  return (me: Me) => {
    client.setQueryData(KEY, adopt(me));
  };
}

/** For after a change of one's own user: roles and agent are read anew. */
export function useRereadSession() {
  const client = useQueryClient();
  return async (): Promise<void> => {
    client.setQueryData(KEY, adopt(await request<Me>('GET', '/session')));
  };
}

/** Signs out by hand: what was typed and kept in this browser goes with it. */
export function useSignOut() {
  const client = useQueryClient();
  return async (): Promise<void> => {
    await request('DELETE', '/session', undefined, { isSignIn: true });
    live.stop();
    await clearDrafts();
    tellTabs({ kind: 'signed_out' });
    setCsrf('');
    // Whoever signs in next sees nothing of this person's.
    client.removeQueries({ predicate: (query) => query.queryKey[0] !== KEY[0] });
    client.setQueryData(KEY, null);
  };
}
