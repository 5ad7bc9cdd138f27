import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, Kind, valueFromASTUntyped, visit } from 'graphql';
import { InvalidInputError } from '../errors/domain-error.js';
import { fieldPath } from '../errors/validate.js';

/** Refuses arguments with a NUL in them, which no text of PostgreSQL has: a look for such a name would fail there. */
export function refuseNul(): ApolloServerPlugin<object> {
  return {
    requestDidStart: async () => ({
      didResolveOperation: async ({ document, request }) => {
        const variables = request.variables ?? {};
        visit(document, {
          Argument(node) {
            const { name, value } = node;
            const given =
              value.kind === Kind.VARIABLE
                ? variables[value.name.value]
                : valueFromASTUntyped(value, variables);
            const at = placeOfNul(given, [name.value]);
            if (at === undefined) return;
            const originalError = new InvalidInputError(fieldPath('', at), 'must not have a NUL');
            const extensions = { code: 'BAD_USER_INPUT', http: { status: 400 } };
            throw new GraphQLError(originalError.message, { nodes: node, originalError, extensions });
          },
        });
      },
    }),
  };
}

function placeOfNul(value: unknown, at: readonly PropertyKey[]): readonly PropertyKey[] | undefined {
  if (typeof value === 'string') return value.includes('\0') ? at : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  const isList = Array.isArray(value);
  for (const [key, part] of Object.entries(value)) {
    const found = key.includes('\0') ? at : placeOfNul(part, [...at, isList ? Number(key) : key]);
    if (found !== undefined) return found;
  }
  return undefined;
}
