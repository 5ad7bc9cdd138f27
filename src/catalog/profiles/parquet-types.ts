import type { SchemaElement } from 'hyparquet';

import { MAX_COLUMNS, MAX_NAME_LENGTH } from './profile.js';
import { FooterFault } from './parquet-footer.js';

const MAX_DEPTH = 32;
const MAX_TYPE_LENGTH = 2000;

/** A field of the schema with those below it. */
export interface SchemaNode {
  readonly element: SchemaElement;
  readonly children: readonly SchemaNode[];
}

/**
 * The schema as a tree, from the list with child counts that Parquet has.
 * @throws {FooterFault} the counts do not fit the list
 */
export function schemaTree(schema: readonly SchemaElement[]): SchemaNode {
  let next = 0;
  const node = (depth: number): SchemaNode => {
    const element = schema[next];
    if (element === undefined) throw new FooterFault('the schema announces more fields than it has');
    if (depth > MAX_DEPTH) throw new FooterFault('the schema is nested too deeply');
    next += 1;
    const children: SchemaNode[] = [];
    for (let i = 0; i < (element.num_children ?? 0); i += 1) children.push(node(depth + 1));
    return { element, children };
  };
  return node(0);
}

/** A type as text; equal types have equal texts. */
export function typeText(node: SchemaNode): string {
  return nested(node).slice(0, MAX_TYPE_LENGTH);
}

function nested({ element, children }: SchemaNode): string {
  if (element.type !== undefined) return primitive(element);
  const kind = element.logical_type?.type ?? element.converted_type;
  const repeated = children[0];
  if (kind === 'LIST' && children.length === 1 && repeated !== undefined) {
    // `optional group f (LIST) { repeated group list { element } }`, or the element itself repeated (old writers).
    const element = repeated.children.length === 1 ? repeated.children[0]! : repeated;
    return `list<${nested(element)}>`;
  }
  if ((kind === 'MAP' || kind === 'MAP_KEY_VALUE') && repeated?.children.length === 2) {
    return `map<${repeated.children.map(nested).join(',')}>`;
  }
  const fields = children
    .slice(0, MAX_COLUMNS)
    .map((child) => `${child.element.name.slice(0, MAX_NAME_LENGTH)}: ${nested(child)}`);
  return `struct<${fields.join(', ')}>`;
}

const UNITS = { MILLIS: 'ms', MICROS: 'us', NANOS: 'ns' } as const;

function primitive(element: SchemaElement): string {
  const { type, logical_type: logical, converted_type: converted } = element;
  switch (logical?.type) {
    case 'INTEGER':
      return `${logical.isSigned ? 'int' : 'uint'}${logical.bitWidth}`;
    case 'DECIMAL':
      return `decimal(${logical.precision},${logical.scale})`;
    case 'TIMESTAMP':
      return `timestamp(${UNITS[logical.unit]}${logical.isAdjustedToUTC ? ',UTC' : ''})`;
    case 'TIME':
      return `time(${UNITS[logical.unit]}${logical.isAdjustedToUTC ? ',UTC' : ''})`;
    case 'STRING':
    case 'ENUM':
      return 'string';
    default:
      if (logical !== undefined) return logical.type.toLowerCase();
  }
  if (converted === 'UTF8' || converted === 'ENUM') return 'string';
  if (converted === 'DECIMAL') return `decimal(${element.precision ?? 0},${element.scale ?? 0})`;
  if (converted?.startsWith('TIMESTAMP_'))
    return `timestamp(${converted === 'TIMESTAMP_MILLIS' ? 'ms' : 'us'},UTC)`;
  if (converted?.startsWith('TIME_')) return `time(${converted === 'TIME_MILLIS' ? 'ms' : 'us'},UTC)`;
  if (converted !== undefined) return converted.toLowerCase().replace('_', '');
  if (type === 'BYTE_ARRAY') return 'binary';
  if (type === 'FIXED_LEN_BYTE_ARRAY') return `fixed(${element.type_length ?? 0})`;
  if (type === 'INT96') return 'timestamp(ns)';
  return (type ?? 'unknown').toLowerCase();
}
