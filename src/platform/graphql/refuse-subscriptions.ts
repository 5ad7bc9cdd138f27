import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, OperationTypeNode } from 'graphql';

/** Refuses subscriptions as what they are, before they run: the executor would fail for the want of them in the schema. */
export function refuseSubscriptions(): ApolloServerPlugin<object> {
  return {
    requestDidStart: async () => ({
      didResolveOperation: async ({ operation }) => {
        if (operation?.operation !== OperationTypeNode.SUBSCRIPTION) return;
        throw new GraphQLError(
          'There are no subscriptions here: ask again, with a query, for what may have changed.',
          {
            nodes: operation,
            extensions: { code: 'OPERATION_RESOLUTION_FAILURE', http: { status: 400 } },
          },
        );
      },
    }),
  };
}
