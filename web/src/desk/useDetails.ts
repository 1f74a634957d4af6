// The form of a contact's variables: what was typed over what the server has.
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';

import { isProblem } from '../api/client';
import { call } from '../api/commands';
import type { ContactView, VariableView } from '../api/types';
import { live } from '../live/desk';
import { onTabMessage, tellTabs } from '../live/tabs';
import { forgetDraft, keepDraft, readDraft, type Values } from './drafts';

const SEND_AFTER_MS = 1_000;

export interface Details {
  variables: VariableView[];
  /** What is in the field of a variable. */
  valueOf: (variable: VariableView) => string;
  type: (variable: VariableView, value: string) => void;
  /** Values that somebody else has saved meanwhile, by variable. */
  conflicts: Values;
  /** Takes one side of a conflict. */
  settle: (name: string, keep: 'mine' | 'theirs') => void;
  isDirty: boolean;
  isSaving: boolean;
  /** When the server got the draft last (server's clock is of no matter here). */
  draftSavedMs: number | null;
  error: unknown;
  save: () => Promise<boolean>;
}

interface Pending {
  /** The version that the typing began on; none while nothing is typed. */
  base: number | null;
  typed: Values;
  secure: Values;
}

/** Values that differ from the server's; the others are not typed at all. */
export function changed(typed: Values, variables: VariableView[]): Values {
  const known = new Map(variables.map((variable) => [variable.name, variable]));
  return Object.fromEntries(Object.entries(typed).filter(([name, value]) => known.get(name)?.is_editable && known.get(name)?.value !== value));
}

export function useDetails(contact: ContactView): Details {
  const { id, variables, variables_version: version } = contact;
  const [pending, setPending] = useState<Pending>({ base: contact.drafts.length > 0 ? version : null, typed: Object.fromEntries(contact.drafts), secure: {} });
  const [conflicts, setConflicts] = useState<Values>({});
  const [isSaving, setSaving] = useState(false);
  const [draftSavedMs, setDraftSaved] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);
  const newest = useRef(pending);
  const sentTimer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const typed = useMemo(() => changed(pending.typed, variables), [pending.typed, variables]);
  const isDirty = Object.keys(typed).length > 0 || Object.keys(pending.secure).length > 0;

  const put = useCallback((next: Pending) => {
    newest.current = next;
    setPending(next);
  }, []);

  // What this browser kept is newer than what the server was told, or the same.
  useEffect(() => {
    let isHere = true;
    void readDraft(id).then((draft) => {
      if (isHere && draft) put({ ...newest.current, typed: { ...newest.current.typed, ...draft.values } });
    });
    return () => {
      isHere = false;
    };
  }, [id, put]);

  useEffect(
    () =>
      onTabMessage((message) => {
        if (message.kind === 'draft' && message.contact === id) put({ ...newest.current, typed: message.values });
      }),
    [id, put],
  );

  const sendDraft = useCallback(async () => {
    const values = newest.current.typed;
    try {
      await call.draft(id, Object.entries(values));
      setDraftSaved(Date.now());
      if (newest.current.typed === values) await keepDraft({ contact: id, values, typedMs: Date.now(), isSent: true });
    } catch {
      // It stays in this browser and goes out when the connection is back.
    }
  }, [id]);

  // After a gap in the connection what was typed meanwhile is sent.
  useEffect(() => {
    let line = live.snapshot().line;
    return live.subscribe(() => {
      const now = live.snapshot().line;
      if (now === 'open' && line === 'lost' && Object.keys(newest.current.typed).length > 0) void sendDraft();
      line = now;
    });
  }, [sendDraft]);

  useEffect(() => () => clearTimeout(sentTimer.current), []);

  const type = (variable: VariableView, value: string) => {
    const before = { ...newest.current, base: isDirty ? (newest.current.base ?? version) : version };
    if (variable.is_secure) {
      put({ ...before, secure: { ...before.secure, [variable.name]: value } });
      return;
    }
    const values = { ...before.typed, [variable.name]: value };
    put({ ...before, typed: values });
    void keepDraft({ contact: id, values, typedMs: Date.now(), isSent: false });
    tellTabs({ kind: 'draft', contact: id, values });
    clearTimeout(sentTimer.current);
    sentTimer.current = setTimeout(() => void sendDraft(), SEND_AFTER_MS);
  };

  const settle = (name: string, keep: 'mine' | 'theirs') => {
    if (keep === 'theirs') {
      const rest = Object.fromEntries(Object.entries(newest.current.typed).filter(([other]) => other !== name));
      put({ ...newest.current, typed: rest });
      void keepDraft({ contact: id, values: rest, typedMs: Date.now(), isSent: false });
    }
    setConflicts((before) => Object.fromEntries(Object.entries(before).filter(([other]) => other !== name)));
  };

  const save = async (): Promise<boolean> => {
    const sent = newest.current;
    const values = { ...changed(sent.typed, variables), ...sent.secure };
    if (Object.keys(values).length === 0) return true;
    clearTimeout(sentTimer.current);
    setSaving(true);
    setError(null);
    try {
      await call.save(id, sent.base ?? version, Object.entries(values), false);
      if (newest.current === sent) {
        put({ base: null, typed: {}, secure: {} });
        await forgetDraft(id);
        tellTabs({ kind: 'draft', contact: id, values: {} });
      }
      setConflicts({});
      return true;
    } catch (problem) {
      if (isProblem(problem, 'stale')) takeStale(problem.body);
      setError(problem);
      return false;
    } finally {
      setSaving(false);
    }
  };

  const takeStale = (body: Record<string, unknown>) => {
    if (typeof body.version === 'number') put({ ...newest.current, base: body.version });
    const theirs = Object.fromEntries(pairs(body.values));
    const differing = Object.entries(theirs).filter(([name, value]) => name in newest.current.typed && newest.current.typed[name] !== value);
    setConflicts(Object.fromEntries(differing));
  };

  const valueOf = (variable: VariableView) =>
    (variable.is_secure ? pending.secure[variable.name] : pending.typed[variable.name]) ?? variable.value;

  return { variables, valueOf, type, conflicts, settle, isDirty, isSaving, draftSavedMs, error, save };
}

function pairs(value: unknown): [string, string][] {
  if (!Array.isArray(value)) return [];
  return value.filter((pair): pair is [string, string] => Array.isArray(pair) && typeof pair[0] === 'string' && typeof pair[1] === 'string');
}
