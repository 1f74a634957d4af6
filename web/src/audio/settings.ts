// Which devices an agent uses on this machine, and how loud each sound is.
import { Store } from '../ui/store';

const STORED = 'trunkline.audio';

export interface AudioSettings {
  /** Ids of the browser's devices; empty for the machine's own choice. */
  microphone: string;
  speaker: string;
  /** Where it rings, beside the speaker of the headset. */
  ringDevice: string;
  /** 0 to 1. */
  ringVolume: number;
  toneVolume: number;
  notifications: boolean;
}

const DEFAULTS: AudioSettings = { microphone: '', speaker: '', ringDevice: '', ringVolume: 0.7, toneVolume: 0.5, notifications: true };

function read(): AudioSettings {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(STORED) ?? '{}') as Partial<AudioSettings>) };
  } catch {
    return DEFAULTS;
  }
}

export const audioSettings = new Store<AudioSettings>(read());

export function changeAudio(part: Partial<AudioSettings>): void {
  audioSettings.change(part);
  localStorage.setItem(STORED, JSON.stringify(audioSettings.get()));
}
