// A USB headset for pages: buttons to press, and lamps to look at.

import type { Page } from '@playwright/test';

interface Lamps {
  mute: boolean;
  offHook: boolean;
  ring: boolean;
}

interface Played {
  press: (button: 'hook' | 'mute' | 'flash') => void;
  lamps: Lamps;
}

export const HEADSET = 'Example Headset 20';

/** From the next page on a headset may be chosen. Its hook follows the lamp, as real ones do. */
export async function plugIn(page: Page): Promise<void> {
  await page.addInitScript((productName) => {
    const REPORT = 3;
    const [HOOK, MUTE, FLASH] = [1, 2, 4];
    const lamps = { mute: false, offHook: false, ring: false };
    let isHook = false;
    const flags = (usages: number[], isAbsolute: boolean) => ({ usages, isAbsolute, isConstant: false, isArray: false, isRange: false, reportSize: 1, reportCount: usages.length });
    const device = {
      productName,
      opened: false,
      collections: [
        {
          usagePage: 0x0b,
          inputReports: [{ reportId: REPORT, items: [flags([0x0b0020], true), flags([0x0b002f, 0x0b0021], false)] }],
          outputReports: [{ reportId: REPORT, items: [flags([0x080009, 0x080017, 0x080018], true)] }],
        },
      ],
      oninputreport: null as ((event: unknown) => void) | null,
      open: () => Promise.resolve(void (device.opened = true)),
      close: () => Promise.resolve(void (device.opened = false)),
      forget: () => device.close(),
      sendReport: (_: number, [bits = 0]: Uint8Array) => {
        Object.assign(lamps, { mute: (bits & 1) > 0, offHook: (bits & 2) > 0, ring: (bits & 4) > 0 });
        if (isHook !== lamps.offHook) {
          isHook = lamps.offHook;
          setTimeout(() => report(0), 50);
        }
        return Promise.resolve();
      },
    };
    const report = (momentary: number) => device.oninputreport?.({ device, reportId: REPORT, data: new DataView(Uint8Array.of((isHook ? HOOK : 0) | momentary).buffer) });
    const press = (button: 'hook' | 'mute' | 'flash') => {
      if (button === 'hook') isHook = !isHook;
      report(button === 'mute' ? MUTE : button === 'flash' ? FLASH : 0);
      report(0);
    };
    const hid = Object.assign(new EventTarget(), { getDevices: () => Promise.resolve([]), requestDevice: () => Promise.resolve([device]) });
    Object.defineProperty(navigator, 'hid', { value: hid });
    Object.assign(window, { headset: { press, lamps } });
  }, HEADSET);
}

export function pressOn(page: Page, button: 'hook' | 'mute' | 'flash'): Promise<void> {
  return page.evaluate((name) => (window as unknown as { headset: Played }).headset.press(name), button);
}

/** The lamps that are lit. */
export function lit(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { lamps } = (window as unknown as { headset: Played }).headset;
    return Object.entries(lamps)
      .filter(([, isLit]) => isLit)
      .map(([name]) => name);
  });
}
