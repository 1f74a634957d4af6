// The microphone: asked for, measured, tried before anybody can be Available.
import { Store } from '../ui/store';
import { audioHost } from './host';
import { audioSettings } from './settings';

export type MicrophoneState = 'unknown' | 'asking' | 'ok' | 'denied' | 'missing' | 'insecure' | 'busy';

export const microphone = new Store<MicrophoneState>('unknown');

/** Opens the chosen microphone; says in the store what became of it. */
export async function openMicrophone(): Promise<MediaStream> {
  const host = audioHost();
  if (host) {
    microphone.set('ok');
    // A copy: whoever opens it closes it too.
    return host.voice().clone();
  }
  // A page without HTTPS has no media devices, whatever the types say.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (!devices) {
    microphone.set('insecure');
    throw new Error('a microphone is given to secure pages only');
  }
  if (microphone.get() !== 'ok') microphone.set('asking');
  try {
    const stream = await devices.getUserMedia({ audio: constraints(audioSettings.get().microphone) });
    microphone.set('ok');
    return stream;
  } catch (error) {
    microphone.set(reason(error));
    throw error;
  }
}

function constraints(device: string): MediaTrackConstraints {
  return {
    ...(device ? { deviceId: { ideal: device } } : {}),
    echoCancellation: true,
    noiseSuppression: true,
    autoGainControl: true,
    channelCount: 1,
  };
}

function reason(error: unknown): MicrophoneState {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'missing';
  return 'busy';
}

/** Measures how loud a stream is, 0 to 1, about 15 times a second, until it is stopped. */
export function meter(stream: MediaStream, level: (value: number) => void): () => void {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    // -60 dB is nothing, -10 dB is a loud voice.
    level(Math.min(1, Math.max(0, (10 * Math.log10(power + 1e-9) + 60) / 50)));
  }, 66);
  return () => {
    clearInterval(timer);
    void context.close();
  };
}

export interface AudioDevices {
  microphones: MediaDeviceInfo[];
  speakers: MediaDeviceInfo[];
}

/** The machine's devices; their names are empty before the microphone was allowed once. */
export async function listDevices(): Promise<AudioDevices> {
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  const all = (await devices?.enumerateDevices()) ?? [];
  const named = all.filter((device) => device.deviceId !== 'default' && device.deviceId !== 'communications' && device.deviceId !== '');
  return {
    microphones: named.filter((device) => device.kind === 'audioinput'),
    speakers: named.filter((device) => device.kind === 'audiooutput'),
  };
}
