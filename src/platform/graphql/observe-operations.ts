import type { ApolloServerPlugin } from '@apollo/server';
import { type Context, context, trace } from '@opentelemetry/api';
import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  isIntrospectionType,
  isObjectType,
} from 'graphql';
import { graphqlDuration } from '../metrics/metrics.js';
import { fail, inSpan, tracer } from '../tracing/index.js';
import { OperationNames } from './operation-names.js';

/** The trace context of each operation under way, by the `context` value of its resolvers. */
const operations = new WeakMap<object, Context>();

/**
 * Measures operations, and gives each a span below that of its request. The document and its variables are not shown: they hold
 * what people ask for.
 */
export function observeOperations(): ApolloServerPlugin<object> {
  const names = new OperationNames();
  return {
    requestDidStart: async () => {
      let error: Error | undefined;
      let end = (): void => undefined;
      return {
        executionDidStart: async ({ operation, operationName, contextValue }) => {
          // The executor says which one is meant, or that none is.
          if ((operation as typeof operation | undefined) === undefined) return;
          const type = operation.operation;
          const stop = graphqlDuration.startTimer({ type });
          const name = operationName?.slice(0, 100);
          const span = tracer().startSpan(name ? `${type} ${name}` : type, {
            attributes: { 'graphql.operation.type': type, ...(name && { 'graphql.operation.name': name }) },
          });
          operations.set(contextValue, trace.setSpan(context.active(), span));
          end = () => {
            if (error) fail(span, error);
            const outcome = error ? 'errors' : 'ok';
            stop({ operation: names.label(operationName, outcome === 'ok'), outcome });
            span.end();
          };
        },
        didEncounterErrors: async ({ errors: [first] }) => {
          error = first?.originalError ?? first;
        },
        willSendResponse: async () => end(),
      };
    },
  };
}

/**
 * Gives each field of Query and Mutation a span below its operation's, and runs the other resolvers under the operation's, so that what
 * they ask of the database is found there.
 */
export function traceResolvers(schema: GraphQLSchema): GraphQLSchema {
  const roots = new Set<GraphQLObjectType | null | undefined>([
    schema.getQueryType(),
    schema.getMutationType(),
  ]);
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || isIntrospectionType(type)) continue;
    for (const field of Object.values(type.getFields())) wrap(type.name, field, roots.has(type));
  }
  return schema;
}

function wrap(type: string, field: GraphQLField<unknown, object>, isRoot: boolean): void {
  const resolve = field.resolve;
  if (resolve === undefined || resolve === defaultFieldResolver) return;
  const name = `${type}.${field.name}`;
  const options = { attributes: { 'graphql.field.name': name } };
  field.resolve = (source, args, contextValue, info) => {
    const operation = operations.get(contextValue);
    const work = () => resolve(source, args, contextValue, info) as unknown;
    if (operation === undefined) return work();
    return context.with(operation, isRoot ? () => inSpan(name, options, async () => work()) : work);
  };
}
