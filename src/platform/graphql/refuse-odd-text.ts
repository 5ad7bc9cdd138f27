import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, Kind, valueFromASTUntyped, visit } from 'graphql';
import { InvalidInputError } from '../errors/domain-error.js';
import { isText, TEXT_RULE } from '../errors/text.js';
import { fieldPath } from '../errors/validate.js';

/** Refuses arguments with a NUL or half a surrogate pair in them: PostgreSQL has no such texts, and even a look for one would fail. */
export function refuseOddText(): ApolloServerPlugin<object> {
  return {
    requestDidStart: async () => ({
      didResolveOperation: async ({ document, request }) => {
        // Each variable is looked through once, however often it is used: only one with such a text matters for the name of its field.
        const all = request.variables ?? {};
        const odd = wayTo(placeOfOddText({ value: all, key: '' }))[1];
        const variables = odd === undefined ? {} : { [odd]: all[String(odd)] };
        visit(document, {
          Argument(node) {
            const { name, value } = node;
            const given =
              value.kind === Kind.VARIABLE
                ? variables[value.name.value]
                : valueFromASTUntyped(value, variables);
            const place = placeOfOddText({ value: given, key: name.value });
            if (place === undefined) return;
            const originalError = new InvalidInputError(fieldPath('', wayTo(place)), TEXT_RULE);
            const extensions = { code: 'BAD_USER_INPUT', http: { status: 400 } };
            throw new GraphQLError(originalError.message, { nodes: node, originalError, extensions });
          },
        });
      },
    }),
  };
}

/** A value and the way to it. */
interface Place {
  readonly value: unknown;
  readonly key: PropertyKey;
  readonly above?: Place;
}

/** Not by recursion: nothing bounds how deep a JSON value is. */
function placeOfOddText(start: Place): Place | undefined {
  const left = [start];
  for (let place = left.pop(); place !== undefined; place = left.pop()) {
    const { value } = place;
    if (typeof value === 'string' && !isText(value)) return place;
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, below] of Object.entries(value)) {
      if (!isText(key)) return place;
      left.push({ value: below, key: Array.isArray(value) ? Number(key) : key, above: place });
    }
  }
  return undefined;
}

/** At most twenty steps of it. */
function wayTo(place: Place | undefined): PropertyKey[] {
  const way: PropertyKey[] = [];
  for (let at = place; at !== undefined; at = at.above) way.push(at.key);
  return way.reverse().slice(0, 20);
}
