import { isIP } from 'node:net';
import { isIban, passesLuhn } from './checksums.js';
import {
  isFrenchNir,
  isGermanTaxId,
  isItalianCodiceFiscale,
  isSpanishDni,
  isUkNino,
  isUsSsn,
} from './national-ids.js';

/** Finds one kind of value by the name of a column and by what is in it. */
export interface Scanner {
  readonly name: string;
  /** What it gives, unless settings say otherwise. */
  readonly tag: string;
  /** Of a column's last part, in lower case, words joined by `_`. */
  readonly names: RegExp;
  /** Whether a value, trimmed, is one; absent where only the name tells. */
  readonly matches?: (value: string) => boolean;
  /** The most that values alone give: less where values of other kinds look alike. */
  readonly byValues: number;
}

/** The longest text that any scanner takes for a value. */
export const MAX_VALUE = 320;

const word = (words: string): RegExp => new RegExp(`(?:^|_)(?:${words})(?:_|$)`);

/** Source: HTML's valid e-mail address, with a top-level domain. */
const EMAIL =
  /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z]{2,24}$/i;

/** With the country's code. */
function isInternationalPhone(value: string): boolean {
  const digits = value.replace(/\D/g, '').replace(/^00/, '');
  return /^(?:\+|00)[1-9][\d .()/-]{6,20}$/.test(value) && digits.length >= 8 && digits.length <= 15;
}

/** Without it, with the marks that people write between the groups: bare digits may be of anything. */
function isNationalPhone(value: string): boolean {
  const digits = value.replace(/\D/g, '');
  return (
    /^(?:\(0?\d{2,5}\)|0\d{1,5}|\d{3})[ ./-]{1,2}\d{2,4}(?:[ ./-]?\d{2,4}){1,4}$/.test(value) &&
    digits.length >= 9 &&
    digits.length <= 12 &&
    // Dates and decimal numbers have marks too.
    !/^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}$/.test(value)
  );
}

/** Ranges of numbers that networks of cards give out, with their lengths. Source: ISO/IEC 7812 issuer ranges of Visa, Mastercard, Amex, Discover, JCB, Diners. */
const CARD =
  /^(?:4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|6(?:011|4[4-9]\d|5\d\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|3(?:0[0-5]|[68]\d)\d{11})$/;

function isCard(value: string): boolean {
  if (!/^\d(?:[ -]?\d){12,18}$/.test(value)) return false;
  const digits = value.replace(/[ -]/g, '');
  return CARD.test(digits) && passesLuhn(digits);
}

const isBirthDay = (value: string): boolean =>
  /^(?:(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])(?:[T ][\d:.]+Z?)?|(?:0?[1-9]|[12]\d|3[01])[-/.](?:0?[1-9]|[12]\d|3[01])[-/.](?:19|20)\d\d)$/.test(
    value,
  );

const PHONE = word('phones?|tel|telephone|mobile|cell_?phone|fax|telefon|handy|msisdn');

/** All scanners. What several find in one column is kept beside each other. */
export const SCANNERS: readonly Scanner[] = [
  {
    name: 'email',
    tag: 'pii.email',
    names: word('e_?mails?|mail|email_?addr(?:ess)?'),
    matches: (value) => EMAIL.test(value),
    byValues: 1,
  },
  { name: 'phone', tag: 'pii.phone', names: PHONE, matches: isInternationalPhone, byValues: 0.9 },
  { name: 'phone-national', tag: 'pii.phone', names: PHONE, matches: isNationalPhone, byValues: 0.6 },
  {
    name: 'card',
    tag: 'pci.card',
    names: word('card_?(?:no|num|number)|cc_?(?:no|num|number)|credit_?card|pan'),
    matches: isCard,
    byValues: 0.95,
  },
  { name: 'iban', tag: 'pii.iban', names: word('iban'), matches: isIban, byValues: 1 },
  {
    name: 'us-ssn',
    tag: 'pii.national-id',
    names: word('ssn|social_?security(?:_?(?:no|num|number))?'),
    matches: isUsSsn,
    byValues: 0.7,
  },
  {
    name: 'de-tax-id',
    tag: 'pii.national-id',
    names: word('steuer_?id|steuer_?identifikationsnummer|idnr'),
    matches: isGermanTaxId,
    byValues: 0.85,
  },
  {
    name: 'fr-nir',
    tag: 'pii.national-id',
    names: word('nir|insee|numero_?secu(?:rite_?sociale)?'),
    matches: isFrenchNir,
    byValues: 0.95,
  },
  {
    name: 'uk-nino',
    tag: 'pii.national-id',
    names: word('nino|national_?insurance(?:_?(?:no|num|number))?'),
    matches: isUkNino,
    byValues: 0.7,
  },
  {
    name: 'es-dni',
    tag: 'pii.national-id',
    names: word('dni|nie|nif'),
    matches: isSpanishDni,
    byValues: 0.95,
  },
  {
    name: 'it-cf',
    tag: 'pii.national-id',
    names: word('codice_?fiscale|cod_?fisc'),
    matches: isItalianCodiceFiscale,
    byValues: 0.95,
  },
  {
    name: 'ip',
    tag: 'pii.ip',
    names: word('ip|ip_?addr(?:ess)?|client_?ip|remote_?addr|ipv[46]'),
    matches: (value) => isIP(value) !== 0 && !/^\d\.\d\.\d\.\d$/.test(value),
    byValues: 0.9,
  },
  {
    name: 'birth-date',
    tag: 'pii.birth-date',
    names: word('dob|birth_?da(?:te|y)|date_?of_?birth|born(?:_?on)?|geburtsdatum|geburtstag'),
    matches: isBirthDay,
    byValues: 0,
  },
];
