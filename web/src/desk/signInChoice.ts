import type { Device } from '../api/types';

const STORED = 'trunkline.sign-in';

export interface SignInChoice {
  team: string;
  device: Device;
}

/** Team and device as they were chosen last on this machine. */
export function lastSignIn(): Partial<SignInChoice> {
  try {
    return JSON.parse(localStorage.getItem(STORED) ?? '{}') as Partial<SignInChoice>;
  } catch {
    return {};
  }
}

export function rememberSignIn(choice: SignInChoice): void {
  localStorage.setItem(STORED, JSON.stringify(choice));
}
