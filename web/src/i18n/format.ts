import { language, locale, t } from './index';

const JAPANESE = /[ぁ-んァ-ヶ一-龠]/;

/** 3:12 or 1:02:45; what timers show. */
export function clock(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  const seconds = String(total % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${seconds}` : `${minutes}:${seconds}`;
}

/** 3 min 12 s; what sentences say. */
export function spoken(ms: number): string {
  const total = Math.max(0, Math.round(ms / 1000));
  const [minutes, seconds] = [Math.floor(total / 60), total % 60];
  if (minutes === 0) return t('time.seconds', { seconds });
  if (seconds === 0) return t('time.minutes', { minutes });
  return t('time.minutes_seconds', { minutes, seconds });
}

export function timeOfDay(ms: number): string {
  return new Intl.DateTimeFormat(locale(), { hour: 'numeric', minute: '2-digit', ...hours() }).format(ms);
}

export function timeOfDayExact(ms: number): string {
  return new Intl.DateTimeFormat(locale(), { hour: 'numeric', minute: '2-digit', second: '2-digit', ...hours() }).format(ms);
}

/** Japanese pages have 24 hours, English ones what the browser's English has. */
function hours(): Intl.DateTimeFormatOptions {
  return language() === 'ja' ? { hourCycle: 'h23' } : {};
}

/** Nov 22, 2026 or 2026/11/22. */
export function date(ms: number): string {
  const options: Intl.DateTimeFormatOptions =
    language() === 'ja' ? { year: 'numeric', month: '2-digit', day: '2-digit' } : { year: 'numeric', month: 'short', day: 'numeric' };
  return new Intl.DateTimeFormat(locale(), options).format(ms);
}

/** Sun, Nov 22 or 11/22(日). */
export function day(ms: number): string {
  const options: Intl.DateTimeFormatOptions =
    language() === 'ja' ? { month: 'numeric', day: 'numeric', weekday: 'short' } : { month: 'short', day: 'numeric', weekday: 'short' };
  return new Intl.DateTimeFormat(locale(), options).format(ms);
}

export function dateTime(ms: number): string {
  return `${date(ms)} ${timeOfDay(ms)}`;
}

export function isSameDay(a: number, b: number): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString();
}

export function number(value: number, digits = 0): string {
  return new Intl.NumberFormat(locale(), { maximumFractionDigits: digits }).format(value);
}

/** A person's name as others read it; in Japanese with 様. Not for fields. */
export function customer(name: string): string {
  return language() === 'ja' && !/[様さま]$/.test(name) ? `${name} 様` : name;
}

/** A list of names in the language's own way. */
export function list(names: string[]): string {
  return new Intl.ListFormat(locale(), { type: 'conjunction', style: 'narrow' }).format(names);
}

/** Whether a text has Japanese in it, for its `lang`. */
export function isJapanese(text: string): boolean {
  return JAPANESE.test(text);
}

/** Full-width digits and signs as half-width ones, as number fields take them. */
export function halfWidth(text: string): string {
  return text.replace(/[！-～]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0)).replace(/[ー−―‐－]/g, '-').replace(/\u3000/g, ' ');
}
