// Which buttons, links, tabs and switches a suite has seen, and which it has used.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { BrowserContext, TestInfo } from '@playwright/test';

import { wordOf } from './words.js';

/** A control as a page tells of it. */
interface Told {
  role: string;
  name: string;
  /** Names of what it is in, the nearest first. */
  within: string[];
  path: string;
  isUsed: boolean;
}

/** What is known of a control: one of those that share its name, and whether any was used. */
interface Known {
  isUsed: boolean;
  example: string;
}
/** As it is written: a control's name, and what is known of it. */
export type Note = [string, Known];

/** What a page tells: each control once as seen, once as used. */
function watchControls(): void {
  const ROLES = 'button, a[href], [role=button], [role=link], [role=tab], [role=switch], [role=menuitem]';
  const told = new Set<string>();
  const nameOf = (element: Element): string => {
    const by = element.getAttribute('aria-labelledby');
    const named = (id: string): string => {
      const other = document.getElementById(id);
      return other?.getAttribute('aria-label') ?? other?.textContent ?? '';
    };
    const shown = () => {
      const copy = element.cloneNode(true) as Element;
      copy.querySelectorAll('[hidden], kbd, svg').forEach((part) => part.remove());
      return copy.textContent;
    };
    const text = element.getAttribute('aria-label') ?? by?.split(' ').map(named).join(' ') ?? shown();
    return (text || element.getAttribute('title') || '').trim().replace(/\s+/g, ' ');
  };
  const roleOf = (element: Element): string => element.getAttribute('role') ?? (element.tagName === 'A' ? 'link' : 'button');
  const within = (element: Element): string[] => {
    const names: string[] = [];
    for (let around = element.parentElement; around; around = around.parentElement) {
      if (around.matches('[aria-label], [aria-labelledby]')) names.push(nameOf(around));
    }
    return names;
  };
  const tell = (element: Element, isUsed: boolean) => {
    // The same controls in another language are no other controls, and the browser's own pages are not ours.
    if (document.documentElement.lang !== 'en' || !location.protocol.startsWith('http')) return;
    const one = { role: roleOf(element), name: nameOf(element), within: within(element), path: location.pathname, isUsed };
    if (!['button', 'link', 'tab', 'switch', 'menuitem'].includes(one.role)) return;
    const key = JSON.stringify(one);
    if (told.has(key)) return;
    told.add(key);
    void (window as unknown as { tellControl: (told: string) => Promise<void> }).tellControl(key);
  };
  const look = () => {
    for (const element of document.querySelectorAll(ROLES)) {
      if (!element.closest('[aria-hidden=true]') && element.checkVisibility({ visibilityProperty: true })) tell(element, false);
    }
  };
  let isDue = false;
  new MutationObserver(() => {
    if (isDue) return;
    isDue = true;
    setTimeout(() => {
      isDue = false;
      look();
    }, 300);
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['aria-label', 'role', 'hidden', 'class'] });
  document.addEventListener(
    'click',
    (event) => {
      const element = event.target instanceof Element ? event.target.closest(ROLES) : null;
      if (element && element.getAttribute('aria-disabled') !== 'true') tell(element, true);
    },
    { capture: true },
  );
}

/** Where the notes of a run are kept; the run's own folder, so that it begins empty. */
export function notesFolder(info: TestInfo): string {
  return join(info.project.outputDir, 'controls');
}

export class ControlNotes {
  private readonly told = new Map<string, Known>();

  async watch(context: BrowserContext): Promise<void> {
    await context.exposeFunction('tellControl', (text: string) => this.take(JSON.parse(text) as Told));
    await context.addInitScript(watchControls);
  }

  write(info: TestInfo): void {
    const folder = notesFolder(info);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${info.testId}-${info.retry}.json`), JSON.stringify([...this.told]));
  }

  private take(told: Told): void {
    const key = nameControl(told);
    const example = `“${told.name}” at ${told.path}`;
    const known = this.told.get(key) ?? { isUsed: false, example };
    this.told.set(key, { ...known, isUsed: known.isUsed || told.isUsed });
  }
}

/** The same name for a control in each language and for each contact. */
function nameControl({ role, name, within, path }: Told): string {
  const known = wordOf(name);
  if (known !== undefined) return `${role} "${known}"`;
  const around = within.map(wordOf).find((word) => word !== undefined);
  return `${role} in "${around ?? path.replace(/[0-9a-f-]{36}/, ':id')}"`;
}
