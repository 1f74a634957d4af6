// Whether microphone and sound of this page were tried: before that nobody is Available.
import { Store } from '../ui/store';
import { listDevices, microphone, openMicrophone } from './microphone';
import { probeSound, sound } from './output';

const PASSED = 'trunkline.devices-passed';

export interface Readiness {
  /** Microphone and sound worked on this page. */
  isPassed: boolean;
  /** The ring tone was played in answer to a click. */
  isRingHeard: boolean;
}

export const readiness = new Store<Readiness>({ isPassed: false, isRingHeard: false });

function judge(): void {
  const { isRingHeard } = readiness.get();
  const isPassed = microphone.get() === 'ok' && sound.get() === 'ok' && isRingHeard;
  readiness.change({ isPassed });
  if (isPassed) sessionStorage.setItem(PASSED, 'yes');
}

microphone.subscribe(judge);
sound.subscribe(judge);

export function ringWasHeard(): void {
  readiness.change({ isRingHeard: true });
  judge();
}

/** After a reload: the same devices were tried in this tab already, if the browser still allows them. */
export async function resumeReadiness(): Promise<void> {
  if (sessionStorage.getItem(PASSED) !== 'yes') return;
  readiness.change({ isRingHeard: true });
  await Promise.all([probeSound(), probeMicrophone()]);
  judge();
}

/** Whether the microphone may be used, without a question to the person. */
async function probeMicrophone(): Promise<void> {
  const { microphones } = await listDevices();
  const isAllowed = microphones.some((device) => device.label !== '');
  if (!isAllowed) return;
  try {
    const stream = await openMicrophone();
    stream.getTracks().forEach((track) => track.stop());
  } catch {
    // The store says what became of it, and the page shows the check again.
  }
}
