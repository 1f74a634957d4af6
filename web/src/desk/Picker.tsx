import { Loader, Modal, TextInput } from '@mantine/core';
import { IconLogin2, IconPhone, IconSearch, IconUser, IconUsers, type Icon } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useDeferredValue, useEffect, useEffectEvent, useId, useState, type KeyboardEvent, type RefObject } from 'react';

import { desk as commands } from '../api/commands';
import type { Destination, Reach, Target } from '../api/types';
import { useT, type MessageId } from '../i18n';
import { clock } from '../i18n/format';
import { phone, typedNumber } from '../i18n/phone';
import { useNow } from '../live/useNow';
import { ErrorState } from '../ui/ErrorState';
import { AT_ONCE, useFocusAtOnce } from '../ui/useFocusAtOnce';
import classes from './Picker.module.css';
import { recent, rememberTarget, keyOf } from './recentTargets';

interface Props {
  purpose: 'consult' | 'transfer';
  isOpen: boolean;
  onClose: () => void;
  onChoose: (to: Destination) => void;
}

const ICONS: Record<Destination['kind'], Icon> = { agent: IconUser, queue: IconUsers, entry_point: IconLogin2, number: IconPhone };
const KINDS: Record<Destination['kind'], MessageId> = { agent: 'picker.agent', queue: 'picker.queue', entry_point: 'picker.entry_point', number: 'picker.number' };
const REACHES: Record<Reach, MessageId> = {
  reachable: 'reach.reachable',
  signed_out: 'reach.signed_out',
  idle: 'reach.idle',
  busy: 'reach.busy',
  nobody_there: 'reach.nobody_there',
  closed: 'reach.closed',
};
const MAY_BE_ASKED: Reach[] = ['reachable', 'idle'];
const isReachable = (target: Target) => MAY_BE_ASKED.includes(target.reach);

/** One list for consult and transfer: agents, queues, entry points, any number. Type, arrows, Enter. */
export function Picker({ purpose, isOpen, onClose, onChoose }: Props) {
  const t = useT();
  const field = useFocusAtOnce(isOpen);
  return (
    <Modal opened={isOpen} onClose={onClose} transitionProps={AT_ONCE} title={t(purpose === 'consult' ? 'picker.consult' : 'picker.transfer')} size={520} closeButtonProps={{ 'aria-label': t('close') }}>
      <List field={field} purpose={purpose} onChoose={onChoose} />
    </Modal>
  );
}

function List({ field, purpose, onChoose }: Pick<Props, 'purpose' | 'onChoose'> & { field: RefObject<HTMLInputElement | null> }) {
  const t = useT();
  const id = useId();
  const [search, setSearch] = useState('');
  const [at, setAt] = useState(0);
  const wanted = useDeferredValue(search.trim());
  const { data, error, isFetching, isPlaceholderData, refetch } = useQuery({
    queryKey: ['targets', wanted],
    queryFn: ({ signal }) => commands.targets(wanted, signal),
    placeholderData: keepPreviousData,
    refetchInterval: 5_000,
  });

  const targets = withNumber(order(data ?? [], wanted), search);
  const active = targets[Math.min(at, targets.length - 1)];
  const optionId = (target: Target) => `${id}-${keyOf(target.to)}`;

  // Enter may come before the list that belongs to what was typed: it waits for it, since the first
  // of another list would be somebody else.
  const isFresh = data !== undefined && !isPlaceholderData && wanted === search.trim();
  const [entered, setEntered] = useState<string | null>(null);

  const choose = (target: Target | undefined) => {
    if (!target || !isReachable(target)) return;
    rememberTarget(target.to);
    onChoose(target.to);
  };
  const byKeyboard = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      const next = Math.min(Math.max(at + step, 0), targets.length - 1);
      setAt(next);
      const target = targets[next];
      if (target) document.getElementById(optionId(target))?.scrollIntoView({ block: 'nearest' });
    }
    if (event.key === 'Enter') {
      event.preventDefault();
      if (isFresh) choose(active);
      else setEntered(search);
    }
  };
  const first = isFresh && entered === search ? targets[0] : undefined;
  const chooseFirst = useEffectEvent((target: Target) => choose(target));
  useEffect(() => {
    if (first) chooseFirst(first);
  }, [first]);

  return (
    <>
      <TextInput
        ref={field}
        data-autofocus
        aria-label={t('picker.search')}
        placeholder={t('picker.hint')}
        leftSection={isFetching ? <Loader size={16} /> : <IconSearch size={20} stroke={1.75} aria-hidden />}
        value={search}
        onChange={(event) => {
          setSearch(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={byKeyboard}
        role="combobox"
        aria-expanded
        aria-autocomplete="list"
        aria-controls={`${id}-list`}
        aria-activedescendant={active ? optionId(active) : undefined}
      />
      {error && !data ? (
        <ErrorState what={t('picker.failed')} error={error} retry={() => void refetch()} />
      ) : (
        <div className={classes.list} role="listbox" id={`${id}-list`} aria-label={t(purpose === 'consult' ? 'picker.consult' : 'picker.transfer')} tabIndex={-1}>
          {targets.map((target) => (
            <Row key={keyOf(target.to)} id={optionId(target)} target={target} isActive={target === active} onChoose={() => choose(target)} />
          ))}
        </div>
      )}
      {data && targets.length === 0 && <p className={classes.none}>{t('picker.none', { search: wanted })}</p>}
    </>
  );
}

function Row({ id, target, isActive, onChoose }: { id: string; target: Target; isActive: boolean; onChoose: () => void }) {
  const t = useT();
  const now = useNow();
  const Picture = ICONS[target.to.kind];
  const canBe = isReachable(target);
  const time = target.since_ms ? clock(now - target.since_ms) : '';
  const aside =
    target.to.kind === 'queue' && canBe
      ? target.waiting
        ? t('picker.waiting', { count: target.waiting, time })
        : t('picker.nobody_waits')
      : target.to.kind === 'number' || target.to.kind === 'entry_point'
        ? canBe
          ? ''
          : t(REACHES[target.reach])
        : [t(REACHES[target.reach]), time].filter(Boolean).join(' ');
  return (
    <div id={id} role="option" className={classes.row} aria-selected={isActive} aria-disabled={!canBe} data-reach={target.reach} onClick={onChoose}>
      <Picture size={20} stroke={1.75} aria-hidden />
      <span className={classes.name}>
        <span>{target.name}</span>
        <span className="meta">{[t(KINDS[target.to.kind]), target.team].filter(Boolean).join(' · ')}</span>
      </span>
      <span className={`${classes.aside} num`}>{aside}</span>
    </div>
  );
}

/** Those that were taken lately come first, as long as nothing is searched for. */
function order(targets: Target[], search: string): Target[] {
  if (search !== '') return targets;
  const lately = recent();
  const rank = (target: Target) => {
    const at = lately.indexOf(keyOf(target.to));
    return at < 0 || !isReachable(target) ? lately.length : at;
  };
  return [...targets].sort((a, b) => rank(a) - rank(b));
}

/** What was typed, if it is a number: it can be called although nobody has it in a list. */
function withNumber(targets: Target[], search: string): Target[] {
  const typed = typedNumber(search);
  if (!typed || targets.some((target) => target.to.kind === 'number' && target.to.number === typed)) return targets;
  return [...targets, { to: { kind: 'number', number: typed }, name: phone(typed), reach: 'reachable' }];
}

