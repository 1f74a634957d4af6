// What the server says of this agent's desktop, for everything that is drawn.
import { useSyncExternalStore } from 'react';

import { isProblem, renewSession, request } from '../api/client';
import type { DeskView, FromDesk, Gone, Pop, ToDesk } from '../api/types';
import { DeskSocket, type Line } from './socket';
import { tabName } from './tab';

/** A gap as short as this is not worth a word. */
export const QUIET_GAP_MS = 2_000;

export interface Live {
  view: DeskView | null;
  line: Line;
  /** Since when (this machine's clock) there is no connection. */
  lostSince: number | null;
  /** Why this desktop is not the agent's any more. */
  gone: Gone | null;
  /** Why there is no desktop at all: the code of a problem. */
  refusal: string | null;
}

type Listener = () => void;
type MessageListener = (message: ToDesk) => void;

class LiveDesk {
  private live: Live = { view: null, line: 'connecting', lostSince: null, gone: null, refusal: null };
  private readonly listeners = new Set<Listener>();
  private readonly messageListeners = new Set<MessageListener>();
  private readonly socket: DeskSocket;
  /** Counts the times that this page joined or left: what was asked before says nothing of now. */
  private joins = 0;
  /** Whether this tab wants the microphone if no other tab has it. */
  wantsAudio = true;

  constructor() {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    this.socket = new DeskSocket(`${scheme}://${location.host}/api/v1/live`, {
      hello: () => this.hello(),
      message: (message) => this.receive(message),
      line: (line, since) => this.setLine(line, since),
      refused: () => void this.askWhy(),
    });
  }

  readonly subscribe = (listener: Listener): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): Live => this.live;

  onMessage(listener: MessageListener): () => void {
    this.messageListeners.add(listener);
    return () => this.messageListeners.delete(listener);
  }

  start(): void {
    this.joins += 1;
    this.socket.start();
  }

  stop(): void {
    this.joins += 1;
    this.socket.stop();
    this.set({ view: null, line: 'connecting', lostSince: null, gone: null, refusal: null });
  }

  /** Joins anew: after signing in, or taking over from another desktop. */
  restart(): void {
    this.joins += 1;
    this.socket.stop();
    this.set({ gone: null, refusal: null });
    this.socket.start();
  }

  send(message: FromDesk): boolean {
    return this.socket.send(message);
  }

  private hello(): FromDesk {
    return { type: 'hello', tab: tabName(), seen: this.live.view?.seq ?? null, wants_audio: this.wantsAudio };
  }

  private receive(message: ToDesk): void {
    if (message.type === 'view') this.set({ view: message.view, gone: null, refusal: null });
    if (message.type === 'signed_out') this.leave(message.why);
    this.messageListeners.forEach((listener) => listener(message));
  }

  private leave(why: Gone): void {
    switch (why.reason) {
      case 'elsewhere':
        this.set({ gone: why, view: null });
        return;
      case 'signed_out':
        void this.readSignedOut();
        return;
      case 'session_ended':
        void renewSession().then(() => this.restart());
        return;
      case 'stopping':
        return;
    }
  }

  /** After signing out no view follows: the choice of team and device is asked for. */
  private async readSignedOut(): Promise<void> {
    this.socket.stop();
    const { joins } = this;
    try {
      const view = await request<DeskView>('GET', '/desk');
      if (joins === this.joins) this.showSignedOut(view);
    } catch (error) {
      if (joins === this.joins) this.set({ refusal: isProblem(error) ? error.code : 'offline' });
    }
  }

  /** Nothing happens to a desktop that nobody has signed in to: no connection is needed. */
  private showSignedOut(view: DeskView): void {
    this.socket.stop();
    this.set({ view, line: 'open', lostSince: null, gone: null, refusal: null });
  }

  /** A browser does not say why a WebSocket was refused: a plain request does. */
  private async askWhy(): Promise<void> {
    const { joins } = this;
    try {
      const view = await request<DeskView>('GET', '/desk');
      if (joins !== this.joins) return;
      if (view.state.kind === 'signed_out') this.showSignedOut(view);
    } catch (error) {
      if (joins !== this.joins) return;
      if (isProblem(error) && error.status >= 400 && error.status < 500) this.set({ refusal: error.code });
    }
  }

  private setLine(line: Line, since = Date.now()): void {
    if (line === this.live.line) return;
    const lostSince = line === 'lost' ? (this.live.lostSince ?? since) : null;
    this.set({ line, lostSince });
  }

  private set(change: Partial<Live>): void {
    this.live = { ...this.live, ...change };
    this.listeners.forEach((listener) => listener());
  }
}

export const live = new LiveDesk();

export function useLive(): Live {
  return useSyncExternalStore(live.subscribe, live.snapshot);
}

/** The pops that the server wants opened, each once. */
export function onPop(listener: (pop: Pop) => void): () => void {
  return live.onMessage((message) => {
    if (message.type === 'pop') listener(message.pop);
  });
}
