// The browser's half of a call: answers the server's offer with the microphone and plays what comes.
import type { Quality, ToDesk } from '../api/types';
import { live } from '../live/desk';
import { Store } from '../ui/store';
import { audioHost } from './host';
import { openMicrophone } from './microphone';
import { sound } from './output';
import { qualityOf, type Figures } from './quality';
import { audioSettings } from './settings';

const QUALITY_MS = 5_000;
const GATHER_MS = 1_000;
const MUTED = 'trunkline.muted';

export interface LineState {
  /** The connection that stands or is being made; none when there is no call. */
  leg: string | null;
  isConnected: boolean;
  isMuted: boolean;
  quality: Quality | null;
}

type Sinkable = HTMLAudioElement & { setSinkId?: (id: string) => Promise<void> };

interface Connection {
  leg: string;
  peer: RTCPeerConnection;
  stream: MediaStream | null;
  timer: ReturnType<typeof setInterval> | null;
  figures: Figures | null;
}

export const line = new Store<LineState>({ leg: null, isConnected: false, isMuted: sessionStorage.getItem(MUTED) === 'yes', quality: null });

let connection: Connection | null = null;
let player: Sinkable | null = null;

/** Listens to the server; once, when the page begins. */
export function attachLine(): () => void {
  const stopListening = live.onMessage((message: ToDesk) => {
    if (message.type === 'audio_offer') void takeOffer(message.leg, message.sdp);
    if (message.type === 'audio_end' && connection?.leg === message.leg) hangUp();
  });
  const stopSettings = audioSettings.subscribe(() => void takeSettings());
  const stopSound = sound.subscribe(() => {
    if (sound.get() === 'ok') void player?.play().catch(() => undefined);
  });
  return () => {
    stopListening();
    stopSettings();
    stopSound();
    hangUp();
  };
}

/** Silences the microphone, here and at once, whatever the network does. */
export function setMuted(isMuted: boolean): void {
  connection?.stream?.getAudioTracks().forEach((track) => {
    track.enabled = !isMuted;
  });
  line.change({ isMuted });
  // A reload must not open a microphone that was muted.
  sessionStorage.setItem(MUTED, isMuted ? 'yes' : 'no');
}

/** Ends the audio of this tab: the call is over, or another tab has it now. */
export function hangUp(): void {
  close();
  line.change({ leg: null, isConnected: false, quality: null });
}

async function takeOffer(leg: string, sdp: string): Promise<void> {
  close();
  const peer = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
  const made: Connection = { leg, peer, stream: null, timer: null, figures: null };
  connection = made;
  line.change({ leg, isConnected: false, quality: null });
  peer.ontrack = (event) => void playTrack(event);
  peer.onconnectionstatechange = () => watch(made);
  try {
    await peer.setRemoteDescription({ type: 'offer', sdp });
    made.stream = await openMicrophone();
    for (const track of made.stream.getAudioTracks()) {
      track.enabled = !line.get().isMuted;
      peer.addTrack(track, made.stream);
    }
    await peer.setLocalDescription(await peer.createAnswer());
    await gathered(peer);
    if (connection !== made) return;
    live.send({ type: 'audio_answer', leg, sdp: peer.localDescription?.sdp ?? '' });
    made.timer = setInterval(() => void report(made), QUALITY_MS);
  } catch (error) {
    fail(made, error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  }
}

/** The server takes no trickled candidates: waits for ours, but not for long. */
function gathered(peer: RTCPeerConnection): Promise<void> {
  if (peer.iceGatheringState === 'complete') return Promise.resolve();
  return new Promise((resolve) => {
    const limit = setTimeout(resolve, GATHER_MS);
    peer.onicegatheringstatechange = () => {
      if (peer.iceGatheringState !== 'complete') return;
      clearTimeout(limit);
      resolve();
    };
  });
}

function watch(made: Connection): void {
  if (connection !== made) return;
  const state = made.peer.connectionState;
  line.change({ isConnected: state === 'connected' });
  if (state === 'failed') fail(made, 'the connection failed');
}

function fail(made: Connection, why: string): void {
  if (connection !== made) return;
  live.send({ type: 'audio_failed', leg: made.leg, why: why.slice(0, 200) });
  hangUp();
}

async function playTrack(event: RTCTrackEvent): Promise<void> {
  const host = audioHost();
  if (host) {
    host.hear(event.streams[0] ?? new MediaStream([event.track]));
    return;
  }
  player ??= new Audio();
  player.srcObject = event.streams[0] ?? new MediaStream([event.track]);
  player.autoplay = true;
  await playAtSpeaker(player);
  // Without a click since the page was loaded a browser may refuse: the bar above the page asks for one.
  await player.play().catch(() => sound.set('blocked'));
}

async function playAtSpeaker(element: Sinkable): Promise<void> {
  // A device that was unplugged: the machine's own is better than silence.
  await element.setSinkId?.(audioSettings.get().speaker).catch(() => undefined);
}

/** Takes another microphone or speaker in the middle of a call. */
async function takeSettings(): Promise<void> {
  if (player) await playAtSpeaker(player);
  const made = connection;
  const sender = made?.peer.getSenders()[0];
  if (!made?.stream || !sender) return;
  const wanted = audioSettings.get().microphone;
  if (!wanted || made.stream.getAudioTracks()[0]?.getSettings().deviceId === wanted) return;
  try {
    const stream = await openMicrophone();
    const track = stream.getAudioTracks()[0];
    if (!track || connection !== made) return;
    track.enabled = !line.get().isMuted;
    await sender.replaceTrack(track);
    made.stream.getTracks().forEach((old) => old.stop());
    made.stream = stream;
  } catch {
    // The microphone before goes on; the store says what became of the other.
  }
}

async function report(made: Connection): Promise<void> {
  if (connection !== made || made.peer.connectionState !== 'connected') return;
  const [quality, figures] = qualityOf(await made.peer.getStats(), made.figures);
  made.figures = figures;
  line.change({ quality });
  live.send({ type: 'quality', leg: made.leg, quality });
}

function close(): void {
  if (!connection) return;
  if (connection.timer !== null) clearInterval(connection.timer);
  connection.stream?.getTracks().forEach((track) => track.stop());
  connection.peer.close();
  connection = null;
  if (player) player.srcObject = null;
  audioHost()?.hear(null);
}
