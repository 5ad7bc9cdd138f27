import { XMLBuilder, XMLParser, XMLValidator } from 'fast-xml-parser';
import { S3Error } from './s3-error.js';

/** What becomes an element: text, elements by name, or several of the same name. Absent ones are left out. */
export type XmlValue = string | number | boolean | Date | undefined | XmlElements | readonly XmlValue[];
export interface XmlElements {
  readonly [name: string]: XmlValue;
}

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
export const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

const builder = new XMLBuilder({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  suppressEmptyNode: false,
});
const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  parseTagValue: false,
  trimValues: false,
  htmlEntities: true,
});

/** A document of S3. @param root name of its outermost element */
export function writeXml(root: string, content: XmlElements): string {
  return XML_DECLARATION + elementOf(root, content, { '@xmlns': NAMESPACE });
}

/** An error, which has no namespace. */
export function writeErrorXml(content: XmlElements): string {
  return XML_DECLARATION + elementOf('Error', content, {});
}

function elementOf(root: string, content: XmlElements, attributes: object): string {
  return builder.build({ [root]: { ...attributes, ...(plain(content) as object) } });
}

/** Instants as S3 writes them, and nothing for what is absent: the builder would write `undefined`. */
function plain(value: XmlValue): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object') return value;
  const present = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(present.map(([name, inner]) => [name, plain(inner as XmlValue)]));
}

/**
 * Reads the document of a request. Declarations of types and entities are refused, whatever they say.
 * @returns what is in the outermost element, which must be `root`
 * @throws {S3Error} MalformedXML
 */
export function readXml(bytes: Uint8Array, root: string): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (/<!(?!--)/.test(text)) throw new S3Error('MalformedXML', 'Declarations are not taken.');
    const verdict = XMLValidator.validate(text);
    if (verdict !== true) throw new S3Error('MalformedXML', verdict.err.msg.slice(0, 200));
    const document = parser.parse(text) as Record<string, unknown>;
    if (Object.hasOwn(document, root)) return document[root];
  } catch (error) {
    if (error instanceof S3Error) throw error;
    throw new S3Error('MalformedXML', undefined, {}, { cause: error });
  }
  throw new S3Error('MalformedXML', `The document must be a <${root}>.`);
}

/** Elements of one name: none, one or several. */
export function allOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
