import { ATTRIBUTES, type AttributeName } from '../../condition/attributes.js';
import type { Clause, Condition, LiteralValue } from '../../condition/condition.js';

/** What a clause says of the value of its attribute, or a row filter of the value of a column. */
export type Comparison = Pick<Clause, 'operator' | 'values'>;

/** What comparisons leave of the values of one attribute or column. */
interface Constraint {
  /** Undefined: any but the excluded. */
  readonly among: readonly LiteralValue[] | undefined;
  readonly excluded: readonly LiteralValue[];
  readonly least: number;
  readonly isLeastOpen: boolean;
  readonly most: number;
  readonly isMostOpen: boolean;
}

/** The attribute whose clauses no value can meet together, e.g. of `branch == main && branch == dev`. */
export function contradiction(condition: Condition): AttributeName | undefined {
  return attributesOf(condition).find((attribute) =>
    isEmpty(constraintOn(condition, attribute), isBoolean(attribute)),
  );
}

/** Whether no value meets all of the comparisons. @param isOfBoolean whether there are two values only */
export function admitsNothing(comparisons: readonly Comparison[], isOfBoolean: boolean): boolean {
  return isEmpty(comparisons.reduce(narrowed, UNCONSTRAINED), isOfBoolean);
}

/** Whether every request that meets `narrow` meets `wide`; false also when it cannot be told. */
export function implies(narrow: Condition, wide: Condition): boolean {
  return wide.clauses.every((clause) => {
    const { attribute } = clause;
    if (!narrow.clauses.some((other) => other.attribute === attribute)) return false;
    return meetsClause(constraintOn(narrow, attribute), clause, attribute);
  });
}

/** Whether it is always known if the condition holds: a mask or a filter applies where its own condition is not known, and an exemption does not. */
export function isSure({ clauses }: Condition): boolean {
  return clauses.every(({ attribute }) => attribute === 'now');
}

/** The latest instant at which the condition can hold, in milliseconds since 1970; infinity when it sets none. */
export function endOf(condition: Condition): number {
  return constraintOn(condition, 'now').most;
}

function attributesOf({ clauses }: Condition): readonly AttributeName[] {
  return [...new Set(clauses.map(({ attribute }) => attribute))];
}

function constraintOn({ clauses }: Condition, attribute: AttributeName): Constraint {
  return clauses.filter((clause) => clause.attribute === attribute).reduce(narrowed, UNCONSTRAINED);
}

const UNCONSTRAINED: Constraint = {
  ...{ among: undefined, excluded: [], least: -Infinity, isLeastOpen: false },
  ...{ most: Infinity, isMostOpen: false },
};

function isBoolean(attribute: AttributeName): boolean {
  return ATTRIBUTES[attribute] === 'boolean';
}

function narrowed(constraint: Constraint, { operator, values }: Comparison): Constraint {
  const [value] = values;
  const { among, least, most } = constraint;
  switch (operator) {
    case '==':
    case 'in':
      return {
        ...constraint,
        among: values.filter((each) => among === undefined || among.includes(each)),
      };
    case '!=':
      return { ...constraint, excluded: [...constraint.excluded, value!] };
    case '<':
    case '<=': {
      const bound = Number(value);
      const isOpen = operator === '<';
      if (bound > most || (bound === most && !isOpen)) return constraint;
      return { ...constraint, most: bound, isMostOpen: isOpen };
    }
    case '>':
    case '>=': {
      const bound = Number(value);
      const isOpen = operator === '>';
      if (bound < least || (bound === least && !isOpen)) return constraint;
      return { ...constraint, least: bound, isLeastOpen: isOpen };
    }
  }
}

/** The values that are left, where they can be counted. */
function valuesOf(constraint: Constraint, isOfBoolean: boolean): readonly LiteralValue[] | undefined {
  const counted = constraint.among ?? (isOfBoolean ? [true, false] : undefined);
  return counted?.filter((value) => !constraint.excluded.includes(value) && isWithin(constraint, value));
}

function isWithin({ least, isLeastOpen, most, isMostOpen }: Constraint, value: LiteralValue): boolean {
  if (typeof value !== 'number') return true;
  return (isLeastOpen ? value > least : value >= least) && (isMostOpen ? value < most : value <= most);
}

function isEmpty(constraint: Constraint, isOfBoolean: boolean): boolean {
  const values = valuesOf(constraint, isOfBoolean);
  if (values !== undefined) return values.length === 0;
  const { least, isLeastOpen, most, isMostOpen, excluded } = constraint;
  if (least === most) return isLeastOpen || isMostOpen || excluded.includes(least);
  return least > most;
}

/** Whether all that a constraint leaves meets a clause. */
function meetsClause(constraint: Constraint, clause: Clause, attribute: AttributeName): boolean {
  const values = valuesOf(constraint, isBoolean(attribute));
  const [value] = clause.values;
  const bound = Number(value);
  const { least, isLeastOpen, most, isMostOpen, excluded } = constraint;
  if (values !== undefined)
    return values.every((each) => isWithin(narrowedTo(clause), each) && meets(clause, each));
  switch (clause.operator) {
    case '==':
    case 'in':
      return false;
    case '!=':
      return excluded.includes(value!) || (typeof value === 'number' && !isWithin(constraint, value));
    case '<':
      return most < bound || (most === bound && isMostOpen);
    case '<=':
      return most <= bound;
    case '>':
      return least > bound || (least === bound && isLeastOpen);
    case '>=':
      return least >= bound;
  }
}

function narrowedTo(clause: Clause): Constraint {
  return constraintOn({ source: '', clauses: [clause] }, clause.attribute);
}

function meets({ operator, values }: Clause, value: LiteralValue): boolean {
  if (operator === '==' || operator === 'in') return values.includes(value);
  return operator !== '!=' || !values.includes(value);
}
