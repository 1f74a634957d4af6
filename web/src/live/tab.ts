// The name of this tab, which it keeps over reloads. A duplicated tab inherits the session storage
// of its origin: a lock tells the two apart. All tabs of a browser share the name's first part, by
// which the server tells another tab of this desktop from a desktop elsewhere.

// A panel in a page of ours shares the page's storage: it has a name of its own.
const STORED = window.parent === window ? 'trunkline.tab' : 'trunkline.tab.panel';
const BROWSER = 'trunkline.browser';

let name = '';

export function tabName(): string {
  return name;
}

/** Finds this tab's name; once, before anything is drawn. */
export async function takeTabName(): Promise<void> {
  const kept = sessionStorage.getItem(STORED);
  if (kept?.startsWith(`${browserName()}:`) && (await hold(kept))) {
    name = kept;
    return;
  }
  name = `${browserName()}:${randomName().slice(0, 8)}`;
  sessionStorage.setItem(STORED, name);
  await hold(name);
}

/** Takes the lock of a name for as long as the page lives; false if another tab has it. */
function hold(wanted: string): Promise<boolean> {
  if (!('locks' in navigator)) return Promise.resolve(true);
  return new Promise((resolve) => {
    void navigator.locks.request(`trunkline.tab.${wanted}`, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock === null ? undefined : new Promise<never>(() => undefined);
    });
  });
}

function browserName(): string {
  const kept = localStorage.getItem(BROWSER);
  if (kept) return kept;
  const made = randomName();
  localStorage.setItem(BROWSER, made);
  return made;
}

/** Random; `crypto.randomUUID` is there in secure pages only. */
function randomName(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
