import { CORE_SCHEMA, CORE_SCHEMA_URL } from '@cairn/openlineage-client';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { fieldPath, InvalidInputError } from '../../platform/errors/index.js';
import {
  type EventBody,
  type EventKind,
  isNameOfFittingLength,
  kindOf,
  MAX_IDENTITY_BYTES,
} from './event.js';
import { checkFacets } from './facet-check.js';
import { instantOf } from './instant.js';
import { isObject, type JsonObject, stepsOf } from './json.js';
import { isNestedWithin } from './redaction.js';
import { redactText } from './redaction-rules.js';

/** What was odd about an event that was stored all the same. */
export interface EventWarning {
  /** JSON path from the body. */
  readonly path: string;
  readonly rule: string;
}

/** Deeper JSON is refused: PostgreSQL and most clients cannot read it back. */
export const MAX_EVENT_DEPTH = 100;

const MAX_WARNINGS = 100;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const BELOW_FACETS = /\/(?:facets|inputFacets|outputFacets)(?:\/|$)/;

const ajv = new Ajv2020({
  strict: false,
  allErrors: true,
  verbose: true,
  formats: { uuid: UUID, 'date-time': (text: string) => instantOf(text) !== undefined, uri: true },
});
ajv.addSchema(CORE_SCHEMA);

const VALIDATE: Readonly<Record<EventKind, ValidateFunction>> = {
  run: ajv.getSchema(`${CORE_SCHEMA_URL}#/$defs/RunEvent`)!,
  job: ajv.getSchema(`${CORE_SCHEMA_URL}#/$defs/JobEvent`)!,
  dataset: ajv.getSchema(`${CORE_SCHEMA_URL}#/$defs/DatasetEvent`)!,
};

/** A checked event. */
export interface ValidEvent {
  /** The value that was given, with nulls taken out where the schema has optional parts. */
  readonly body: EventBody;
  readonly kind: EventKind;
  readonly warnings: readonly EventWarning[];
}

/**
 * Checks an event against the core schema, and is lenient where real producers are: a facet that breaks its schema, a null for an
 * optional part, a time without an offset and an empty dataset namespace are only told. Changes `value` in place.
 * Source: OpenLineage 2-0-2.
 * @throws {InvalidInputError} naming the first path and its rule; the others are in `details.problems`
 */
export function validateEvent(value: unknown): ValidEvent {
  if (!isObject(value)) {
    const advice = Array.isArray(value) ? '; a list of events goes to /api/v1/lineage/batch' : '';
    throw new InvalidInputError('body', `must be an OpenLineage event, a JSON object${advice}`);
  }
  if (!isNestedWithin(value, MAX_EVENT_DEPTH)) {
    throw new InvalidInputError('body', `must not be nested deeper than ${MAX_EVENT_DEPTH} levels`);
  }
  const warnings: EventWarning[] = [];
  const warn = (path: string, rule: string) => {
    if (warnings.length < MAX_WARNINGS) warnings.push({ path, rule });
  };
  dropNulls(value, warn);
  completeTime(value, warn);
  const kind = kindOf(value as EventBody);
  if (kind === undefined) {
    throw new InvalidInputError(
      'body',
      'must have a run and a job (RunEvent), a job (JobEvent) or a dataset (DatasetEvent)',
    );
  }
  checkCore(kind, value, warn);
  const body = value as EventBody;
  checkIdentities(body, warn);
  checkFacets(body, warn);
  checkClock(body, warn);
  return { body, kind, warnings };
}

type Warn = (path: string, rule: string) => void;

/** What an event of the future says is not seen yet, which its sender should know. */
function checkClock({ eventTime }: EventBody, warn: Warn): void {
  if (Date.parse(eventTime) > Date.now() + MAX_CLOCK_LEAD_MS)
    warn('eventTime', 'lies in the future: what the event says holds from then on, and is not seen before');
}

/** Producers' clocks may be ahead by so much before they are told. */
const MAX_CLOCK_LEAD_MS = 60_000;

const OPTIONAL_PARTS = ['eventType', 'run', 'job', 'dataset', 'inputs', 'outputs'] as const;

function dropNulls(body: JsonObject, warn: Warn): void {
  for (const part of OPTIONAL_PARTS) {
    if (body[part] !== null) continue;
    delete body[part];
    warn(part, 'is null and was taken as absent');
  }
}

/** A date and time as Python's `datetime.now().isoformat()` writes them. */
const LOCAL_TIME = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:[.,]\d+)?$/;

/** dbt's producer tells so that a command was killed; most servers' clocks are in UTC. */
function completeTime(body: JsonObject, warn: Warn): void {
  const time = body['eventTime'];
  if (typeof time !== 'string' || !LOCAL_TIME.test(time)) return;
  body['eventTime'] = `${time}Z`;
  warn('eventTime', 'has no offset and was taken as UTC');
}

function checkCore(kind: EventKind, body: JsonObject, warn: Warn): void {
  const check = VALIDATE[kind];
  if (check(body)) return;
  const problems: { field: string; rule: string }[] = [];
  for (const error of check.errors ?? []) {
    const field = pathOf(error, body);
    // The facet-wise check reports what lies in facets, in the words of each facet's own schema.
    if (BELOW_FACETS.test(error.instancePath)) {
      if (isShapeOfFacets(error.instancePath)) warn(field, ruleOf(error));
    } else problems.push({ field, rule: ruleOf(error) });
  }
  const [first] = problems;
  if (first !== undefined)
    throw new InvalidInputError(first.field, first.rule, { problems: problems.slice(0, 20) });
}

/** `…/facets` or `…/facets/NAME` itself is of the wrong type. */
function isShapeOfFacets(instancePath: string): boolean {
  return /\/(?:facets|inputFacets|outputFacets)(?:\/[^/]+)?$/.test(instancePath);
}

function pathOf(error: ErrorObject, body: JsonObject): string {
  const steps = stepsOf(error.instancePath);
  const { missingProperty } = error.params as { missingProperty?: string };
  if (missingProperty !== undefined) steps.push(missingProperty);
  let at: unknown = body;
  return fieldPath(
    '',
    steps.map((step) => {
      const isIndex = Array.isArray(at);
      at = (at as JsonObject | undefined)?.[step];
      return isIndex ? Number(step) : step;
    }),
  );
}

/** The rule that was broken, for people; with the value, of which the core has only short ones that are no secrets by name. */
export function ruleOf(error: ErrorObject): string {
  const found =
    typeof error.data === 'string'
      ? `, not ${JSON.stringify(redactText(error.data).text.slice(0, 100))}`
      : '';
  switch (error.keyword) {
    case 'required':
      return 'is required';
    case 'format':
      return `must be ${FORMATS[(error.params as { format: string }).format] ?? 'well-formed'}${found}`;
    case 'enum':
      return `must be one of ${(error.params as { allowedValues: string[] }).allowedValues.join(', ')}${found}`;
    default:
      return error.message ?? `breaks the rule "${error.keyword}"`;
  }
}

const FORMATS: Readonly<Record<string, string>> = {
  uuid: 'a UUID',
  'date-time': 'a date and time with offset (RFC 3339) of the years 1 to 9999',
};

function checkIdentities(body: EventBody, warn: Warn): void {
  const named: [string, { namespace: string; name: string } | undefined][] = [
    ['job', body.job],
    ['dataset', body.dataset],
  ];
  if (body.job !== undefined) {
    (body.inputs ?? []).forEach((dataset, i) => named.push([`inputs[${i}]`, dataset]));
    (body.outputs ?? []).forEach((dataset, i) => named.push([`outputs[${i}]`, dataset]));
  }
  for (const [path, identity] of named) {
    if (identity === undefined) continue;
    if (identity.name === '') throw new InvalidInputError(`${path}.name`, 'must not be empty');
    if (!isNameOfFittingLength(identity)) {
      throw new InvalidInputError(
        `${path}.name`,
        `must not be longer than ${MAX_IDENTITY_BYTES} bytes together with the namespace`,
      );
    }
    if (identity.namespace === '')
      warn(`${path}.namespace`, 'is empty; the asset stands under the namespace "unknown"');
  }
}
