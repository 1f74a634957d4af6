// The pages of the first steps, and when each is done.
import type { StepName, Steps } from './types';

export type Place = 'salesforce' | 'flow' | 'queue' | 'done';
export const PLACES: Place[] = ['salesforce', 'flow', 'queue', 'done'];

/** What the server must call done for a page to be done. */
const NEEDS: Record<Exclude<Place, 'done'>, StepName[]> = {
  salesforce: ['connector'],
  flow: ['flow'],
  queue: ['queue', 'entry_point'],
};

export function isPlace(step: string | undefined): step is Place {
  return PLACES.some((place) => place === step);
}

export function isStepDone(steps: Steps, place: Place): boolean {
  if (place === 'done') return steps.is_complete;
  return NEEDS[place].every((name) => steps.steps.find(({ step }) => step === name)?.is_done ?? false);
}

/** The first page that is still to be done; a connector that no flow asks for may be left out. */
export function nextPlace(steps: Steps): Place {
  const isFlowThere = isStepDone(steps, 'flow');
  const open = PLACES.filter((place) => place !== 'done' && !isStepDone(steps, place) && !(place === 'salesforce' && isFlowThere));
  return open[0] ?? 'done';
}
