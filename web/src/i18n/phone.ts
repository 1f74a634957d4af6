import { isSupportedCountry, parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/min';

import { halfWidth } from './format';
import { language, t, type MessageId } from './index';

const WITHHELD: Record<string, MessageId> = {
  anonymous: 'phone.withheld',
  payphone: 'phone.payphone',
  unavailable: 'phone.unavailable',
};
/** Japan's freephone numbers have groups of their own. */
const FREEPHONE = /^(0120)(\d{3})(\d{3})$/;

/** Where the person is, as far as a browser says: numbers of there are written as people there do. */
function home(): CountryCode {
  if (language() === 'ja' || Intl.DateTimeFormat().resolvedOptions().timeZone === 'Asia/Tokyo') return 'JP';
  const region = new Intl.Locale(navigator.language).region;
  return region && isSupportedCountry(region) ? region : 'US';
}

/** A number as people read it; words in place of one that was withheld. */
export function phone(number: string): string {
  const word = WITHHELD[number.toLowerCase()];
  if (word) return t(word);
  const parsed = parsePhoneNumberFromString(number, home());
  if (!parsed?.isPossible()) return number.replace(FREEPHONE, '$1-$2-$3');
  if (parsed.country !== home()) return parsed.formatInternational();
  return parsed.formatNational();
}

/** Whether there is a number behind it that can be called back. */
export function isNumber(number: string): boolean {
  return !(number.toLowerCase() in WITHHELD) && /\d/.test(number);
}

/** What was typed as a number: half-width, without blanks and dashes; empty if it is none. */
export function typedNumber(text: string): string {
  const plain = halfWidth(text).replace(/[\s().-]/g, '');
  return /^\+?\d{2,20}$/.test(plain) ? plain : '';
}

/** What was typed as a number in E.164, read as people here write numbers; empty if it is none. */
export function e164(text: string): string {
  const typed = typedNumber(text);
  const parsed = typed ? parsePhoneNumberFromString(typed, home()) : undefined;
  return parsed?.isPossible() ? parsed.number : '';
}
