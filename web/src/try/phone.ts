// The caller's phone: its WebSocket, its audio, and what the flow does meanwhile.
import { request } from '../api/client';
import type { CallEnd, FromCaller, ToCaller } from '../api/types';
import { stepsOf, type TraceStep } from '../contact/useContactRecord';
import { learnServerTime, serverNow } from '../live/clock';
import { Store } from '../ui/store';
import { hear, ringBack, sayAsCaller, voiceOf } from './mixer';

export type PhoneStage = 'idle' | 'ringing' | 'talking' | 'ended';

export interface PhoneState {
  stage: PhoneStage;
  /** The contact of this call, or of the last one. */
  contact: string | null;
  calledMs: number;
  answeredMs: number | null;
  endedMs: number | null;
  endedBy: CallEnd | null;
  /** Why there is no call: a code and what the server says of it. */
  refusal: { code: string; text: string } | null;
  steps: TraceStep[];
  /** The case that the flow found. */
  caseId: string | null;
  /** Nothing more comes of the contact. */
  isOver: boolean;
  /** Keys that were pressed in this call. */
  keys: string;
}

const EMPTY: PhoneState = {
  stage: 'idle',
  contact: null,
  calledMs: 0,
  answeredMs: null,
  endedMs: null,
  endedBy: null,
  refusal: null,
  steps: [],
  caseId: null,
  isOver: false,
  keys: '',
};
const PING_MS = 10_000;
const GATHER_MS = 1_000;

export const phone = new Store<PhoneState>(EMPTY);

let socket: WebSocket | null = null;
let peer: RTCPeerConnection | null = null;
let stopRinging: () => void = () => undefined;
let pings: ReturnType<typeof setInterval> | null = null;

/** Places a call. */
export function dial(from: string, to: string): void {
  phone.set({ ...EMPTY, stage: 'ringing', calledMs: serverNow() });
  stopRinging = ringBack();
  const line = openSocket();
  const place = () => send({ type: 'dial', from, to });
  if (line.readyState === WebSocket.OPEN) place();
  else line.addEventListener('open', place, { once: true });
}

export function hangUp(): void {
  send({ type: 'hang_up' });
  // Where there is no connection any more, the call is over at the server too.
  if (socket?.readyState !== WebSocket.OPEN) over('caller');
}

export function press(key: string): void {
  send({ type: 'keys', keys: key });
  phone.change({ keys: (phone.get().keys + key).slice(-20) });
}

/** Says a typed text as the caller. */
export async function say(text: string): Promise<void> {
  const wav = await request<ArrayBuffer>('POST', '/try/speech', { text }, { isBinary: true });
  const ms = await sayAsCaller(wav);
  await new Promise((resolve) => setTimeout(resolve, ms));
}

/** The page goes: so does its phone. */
export function closePhone(): void {
  socket?.close();
  socket = null;
  if (pings !== null) clearInterval(pings);
  pings = null;
  closePeer();
  phone.set(EMPTY);
}

function send(message: FromCaller): void {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

function openSocket(): WebSocket {
  if (socket && socket.readyState <= WebSocket.OPEN) return socket;
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const made = new WebSocket(`${scheme}://${location.host}/api/v1/try/phone`);
  socket = made;
  made.onmessage = (event: MessageEvent<string>) => take(JSON.parse(event.data) as ToCaller);
  made.onclose = () => {
    if (socket !== made) return;
    const { stage } = phone.get();
    if (stage === 'ringing' || stage === 'talking') over('lost');
  };
  pings ??= setInterval(() => send({ type: 'ping' }), PING_MS);
  return made;
}

function take(message: ToCaller): void {
  switch (message.type) {
    case 'called':
      learnServerTime(message.server_ms);
      phone.change({ contact: message.contact, calledMs: message.server_ms });
      break;
    case 'audio_offer':
      void answer(message.sdp);
      break;
    case 'answered':
      stopRinging();
      phone.change({ stage: 'talking', answeredMs: serverNow() });
      break;
    case 'steps':
      if (message.contact !== phone.get().contact) break;
      phone.change({
        steps: [...phone.get().steps, ...stepsOf(message.steps)],
        caseId: message.case ?? null,
        isOver: message.is_over,
      });
      break;
    case 'ended':
      over(message.by);
      break;
    case 'refused':
      closePeer();
      phone.change({ stage: 'ended', refusal: { code: message.code, text: message.text }, endedMs: serverNow(), isOver: true });
      break;
    case 'pong':
      learnServerTime(message.server_ms);
      break;
  }
}

function over(by: CallEnd): void {
  const { stage } = phone.get();
  closePeer();
  if (stage === 'ringing' || stage === 'talking') phone.change({ stage: 'ended', endedBy: by, endedMs: serverNow() });
}

async function answer(sdp: string): Promise<void> {
  peer?.close();
  const made = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
  peer = made;
  made.ontrack = (event) => hear('caller', event.streams[0] ?? new MediaStream([event.track]));
  made.onconnectionstatechange = () => {
    if (peer === made && made.connectionState === 'failed') send({ type: 'audio_failed', why: 'the connection failed' });
  };
  try {
    await made.setRemoteDescription({ type: 'offer', sdp });
    const voice = voiceOf('caller');
    voice.getAudioTracks().forEach((track) => made.addTrack(track, voice));
    await made.setLocalDescription(await made.createAnswer());
    await gathered(made);
    if (peer === made) send({ type: 'audio_answer', sdp: made.localDescription?.sdp ?? '' });
  } catch (error) {
    if (peer === made) send({ type: 'audio_failed', why: String(error).slice(0, 200) });
  }
}

/** The server takes no trickled candidates: waits for ours, but not for long. */
function gathered(made: RTCPeerConnection): Promise<void> {
  if (made.iceGatheringState === 'complete') return Promise.resolve();
  return new Promise((resolve) => {
    const limit = setTimeout(resolve, GATHER_MS);
    made.onicegatheringstatechange = () => {
      if (made.iceGatheringState !== 'complete') return;
      clearTimeout(limit);
      resolve();
    };
  });
}

function closePeer(): void {
  stopRinging();
  peer?.close();
  peer = null;
  hear('caller', null);
}
