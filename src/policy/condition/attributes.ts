/** Types of attributes. An `instant` is milliseconds since 1970 once parsed. */
export type AttributeType = 'string' | 'number' | 'boolean' | 'instant';

/**
 * What a condition may speak of: the attributes of a request's context and their types. A condition that names
 * anything else, or compares with another type, rejects its bundle.
 */
export const ATTRIBUTES = {
  /** When the request was made. Always known. */
  now: 'instant',
  /** What the caller says it is for, e.g. `fraud`. */
  purpose: 'string',
  /** The branch that is written or merged into, or that training inputs come from. */
  branch: 'string',
  /** Whether that branch is protected. */
  protected: 'boolean',
  /** Approvals that a merge carries. */
  approvals: 'number',
  /** Whether the caller proved a second factor. */
  mfa: 'boolean',
  /** Whether the caller has declared an emergency that covers this action on this asset. The service knows it of every request. */
  emergency: 'boolean',
  /** The caller's clearance; higher sees more. */
  clearance: 'number',
  /** Where a deployment goes, e.g. `production`. */
  environment: 'string',
  /** The region that a placement or copy would bring content to, e.g. `eu-west`. */
  region: 'string',
} as const satisfies Record<string, AttributeType>;

/** The name of an attribute. */
export type AttributeName = keyof typeof ATTRIBUTES;

interface ValueOf {
  string: string;
  number: number;
  boolean: boolean;
  instant: Date;
}

/**
 * What is known about a request besides who, what and where. An attribute left out is unknown: a rule whose condition
 * needs it does not allow, and does deny.
 */
export type PolicyContext = Readonly<
  { [Name in Exclude<AttributeName, 'now'>]?: ValueOf[(typeof ATTRIBUTES)[Name]] | undefined } & { now: Date }
>;

/** Whether `name` is one of {@link ATTRIBUTES}. */
export function isAttribute(name: string): name is AttributeName {
  return Object.hasOwn(ATTRIBUTES, name);
}
