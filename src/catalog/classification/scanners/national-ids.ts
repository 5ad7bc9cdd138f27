import { remainder } from './checksums.js';

/** A Social Security number of the United States. Source: SSA, "Social Security Number Randomization": no area 000, 666 or 9xx, no zero group. */
export function isUsSsn(text: string): boolean {
  return /^(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}$/.test(text);
}

/**
 * A German Steuer-Identifikationsnummer, with its check digit. Of the first ten digits one comes twice or three times, none is first zero.
 * Source: BZSt, ISO 7064 MOD 11,10.
 */
export function isGermanTaxId(text: string): boolean {
  const digits = text.replace(/[ /]/g, '');
  if (!/^[1-9]\d{10}$/.test(digits)) return false;
  const counts = new Map<string, number>();
  for (const digit of digits.slice(0, 10)) counts.set(digit, (counts.get(digit) ?? 0) + 1);
  const repeated = [...counts.values()].filter((count) => count > 1);
  if (repeated.length !== 1 || repeated[0]! > 3) return false;
  let product = 10;
  for (const digit of digits.slice(0, 10)) {
    const sum = (Number(digit) + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return (11 - product) % 10 === Number(digits[10]);
}

/** A French NIR with its key; 2A and 2B are Corsica. Source: INSEE. */
export function isFrenchNir(text: string): boolean {
  const nir = text.replace(/[ .]/g, '').toUpperCase();
  const month = '(?:0[1-9]|1[0-2]|[23]\\d|4[0-2]|[5-9]\\d)';
  if (!new RegExp(`^[12]\\d{2}${month}(?:\\d{2}|2[AB])\\d{6}\\d{2}$`).test(nir)) return false;
  const body = nir.slice(0, 13).replace('2A', '19').replace('2B', '18');
  return 97 - remainder(body, 97) === Number(nir.slice(13));
}

/** A National Insurance number of the United Kingdom. It has no check digit: prefixes that are not given out are left out. Source: HMRC, NIM39110. */
export function isUkNino(text: string): boolean {
  return /^(?!BG|GB|NK|KN|TN|NT|ZZ)[ABCEGHJ-PRSTW-Z][ABCEGHJ-NPRSTW-Z]\d{6}[A-D]$/i.test(
    text.replace(/ /g, ''),
  );
}

const DNI_LETTERS = 'TRWAGMYFPDXBNJZSQVHLCKE';

/** A Spanish DNI or NIE, with its letter. Source: Ministerio del Interior. */
export function isSpanishDni(text: string): boolean {
  const id = text.replace(/[ -]/g, '').toUpperCase();
  if (!/^(?:\d{8}|[XYZ]\d{7})[A-Z]$/.test(id)) return false;
  const number = id.slice(0, -1).replace('X', '0').replace('Y', '1').replace('Z', '2');
  return DNI_LETTERS[Number(number) % 23] === id.at(-1);
}

/** What a character counts at an odd place, counted from one. */
const ODD: readonly number[] = [
  ...[1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23],
];

/** An Italian codice fiscale, with its check character; digits of it may be letters where two people had the same. Source: D.M. 23 December 1976. */
export function isItalianCodiceFiscale(text: string): boolean {
  const code = text.toUpperCase();
  const digit = '[\\dLMNP-V]';
  if (!new RegExp(`^[A-Z]{6}${digit}{2}[ABCDEHLMPRST]${digit}{2}[A-Z]${digit}{3}[A-Z]$`).test(code))
    return false;
  let sum = 0;
  for (let i = 0; i < 15; i++) {
    const character = code.charCodeAt(i);
    const value = character < 65 ? character - 48 : character - 65;
    sum += i % 2 === 0 ? ODD[value]! : value;
  }
  return String.fromCharCode(65 + (sum % 26)) === code[15];
}
