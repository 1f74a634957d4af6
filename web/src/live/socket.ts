// The WebSocket to the desktop: hello, resume, backoff, and waking up after sleep.
import type { FromDesk, Gone, ToDesk } from '../api/types';
import { forgetServerTime, learnServerTime, onBeat } from './clock';

const PING_MS = 3_000;
/** Without any message for so long the connection is given up. */
const SILENCE_MS = 8_000;
/** How long an answer to the first ping after sleep may take. */
const WAKE_MS = 2_000;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5_000;
/** A beat that comes so late means that the machine slept. */
const SLEPT_MS = 3_000;

export type Line = 'connecting' | 'open' | 'lost' | 'ended';

export interface SocketEvents {
  /** The first message of a connection: what this page is and has seen. */
  hello: () => FromDesk;
  message: (message: ToDesk) => void;
  /** `since`: when the server was heard last, where that is known better than by now. */
  line: (line: Line, since?: number) => void;
  /** The server refused the connection, perhaps since the session ended. */
  refused: () => void;
}

export class DeskSocket {
  private socket: WebSocket | null = null;
  private attempts = 0;
  private retryAt = 0;
  private heardAt = 0;
  private pingAt = 0;
  private pingSentAt: number | null = null;
  private lastBeat = Date.now();
  private isEnded = true;
  private hasOpened = false;
  private stopBeat: (() => void) | null = null;

  constructor(
    private readonly url: string,
    private readonly events: SocketEvents,
  ) {}

  start(): void {
    if (!this.isEnded) return;
    this.isEnded = false;
    this.attempts = 0;
    this.stopBeat = onBeat(() => this.beat());
    window.addEventListener('online', this.retryNow);
    window.addEventListener('offline', this.lose);
    document.addEventListener('visibilitychange', this.checkNow);
    this.connect();
  }

  stop(): void {
    this.isEnded = true;
    this.stopBeat?.();
    window.removeEventListener('online', this.retryNow);
    window.removeEventListener('offline', this.lose);
    document.removeEventListener('visibilitychange', this.checkNow);
    this.drop();
  }

  send(message: FromDesk): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  private connect(): void {
    this.events.line(this.attempts === 0 ? 'connecting' : 'lost');
    this.hasOpened = false;
    const socket = new WebSocket(this.url);
    this.socket = socket;
    this.heardAt = Date.now();
    socket.onopen = () => {
      this.hasOpened = true;
      forgetServerTime();
      this.send(this.events.hello());
      this.ping();
    };
    socket.onmessage = (event) => {
      // What an earlier connection still says is not news of this one.
      if (socket === this.socket) this.receive(String(event.data));
    };
    socket.onclose = () => this.closed(socket);
  }

  private receive(text: string): void {
    const now = Date.now();
    this.heardAt = now;
    const message = JSON.parse(text) as ToDesk;
    if (message.type === 'pong') {
      learnServerTime(message.server_ms, this.pingSentAt === null ? undefined : now - this.pingSentAt);
      this.pingSentAt = null;
    }
    if (message.type === 'view') learnServerTime(message.view.server_ms);
    // The desktop answers a ping; a page that has seen the newest view is not sent it again.
    if (message.type === 'view' || message.type === 'pong') {
      this.attempts = 0;
      this.events.line('open');
    }
    this.events.message(message);
    if (message.type === 'signed_out' && isFinal(message.why)) this.end();
  }

  private closed(socket: WebSocket): void {
    if (socket !== this.socket || this.isEnded) return;
    this.socket = null;
    if (!this.hasOpened) this.events.refused();
    this.events.line('lost');
    const wait = Math.min(FIRST_WAIT_MS * 2 ** this.attempts, LONGEST_WAIT_MS);
    this.attempts += 1;
    this.retryAt = Date.now() + wait * (0.75 + Math.random() / 2);
  }

  private end(): void {
    this.stop();
    this.events.line('ended');
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  private beat(): void {
    const now = Date.now();
    const hasSlept = now - this.lastBeat > SLEPT_MS;
    this.lastBeat = now;
    if (hasSlept) this.checkNow();
    if (this.socket === null) {
      if (now >= this.retryAt) this.connect();
      return;
    }
    const limit = this.pingSentAt !== null && this.pingSentAt > this.heardAt && hasSlept ? WAKE_MS : SILENCE_MS;
    if (now - this.heardAt > limit) this.giveUp();
    else if (now >= this.pingAt) this.ping();
  }

  private ping(): void {
    this.pingAt = Date.now() + PING_MS;
    if (this.send({ type: 'ping' })) this.pingSentAt = Date.now();
  }

  /** Breaks a connection that says nothing and makes another. */
  private giveUp(): void {
    this.events.line('lost', this.heardAt);
    this.drop();
    this.attempts = 1;
    this.connect();
  }

  /** The machine says that it has no network: what was sent since may never have left it. */
  private readonly lose = (): void => {
    this.heardAt = Date.now();
    if (this.socket !== null) this.giveUp();
  };

  private readonly retryNow = (): void => {
    this.retryAt = 0;
    // One that was begun without network would be waited for in vain.
    if (this.socket?.readyState === WebSocket.CONNECTING) this.giveUp();
    else if (this.socket !== null) this.checkNow();
  };

  /** After sleep, or when the page is seen again: a ping that has to be answered soon. */
  private readonly checkNow = (): void => {
    if (this.isEnded || document.visibilityState === 'hidden') return;
    if (this.socket?.readyState !== WebSocket.OPEN) {
      this.retryAt = 0;
      return;
    }
    const asked = Date.now();
    this.ping();
    setTimeout(() => {
      if (!this.isEnded && this.socket !== null && this.heardAt < asked) this.giveUp();
    }, WAKE_MS);
  };
}

/** Whether no connection is to be tried again. A server that stops comes back. */
function isFinal(why: Gone): boolean {
  return why.reason === 'elsewhere';
}
