import { createSpotlight } from '@mantine/spotlight';

/** Whether the search is open, and what opens it from elsewhere. */
export const [paletteStore, palette] = createSpotlight();
