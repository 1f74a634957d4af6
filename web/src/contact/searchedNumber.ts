import { Store } from '../ui/store';

/** The number whose contacts are looked for. It is never in an address, which would be written down. */
export const searchedNumber = new Store<string | null>(null);
