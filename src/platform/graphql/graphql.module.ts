import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { GraphQLModule } from '@nestjs/graphql';
import { ApolloArmor } from '@escape.tech/graphql-armor';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CONFIG, type Config } from '../config/config.js';
import { LOGGER, type Logger } from '../logging/logger.js';
import { isTracing } from '../tracing/start-tracing.js';
import { formatGraphqlError } from './format-error.js';
import { observeOperations, traceResolvers } from './observe-operations.js';
import { assertOperationList } from './operation-list.js';
import { refuseOddText } from './refuse-odd-text.js';
import { refuseSubscriptions } from './refuse-subscriptions.js';
import { assertJsonBody } from './request-body.js';

/** What every resolver's context holds. */
export interface GraphqlContext {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Bounds on one GraphQL operation; beyond them it is refused before it runs. */
export const GRAPHQL_LIMITS = { depth: 12, aliases: 30, directives: 20, tokens: 2000, cost: 50_000 } as const;

const armor = new ApolloArmor({
  maxDepth: { n: GRAPHQL_LIMITS.depth },
  maxAliases: { n: GRAPHQL_LIMITS.aliases },
  maxDirectives: { n: GRAPHQL_LIMITS.directives },
  // It throws where a syntax error counts as the service's own: 500. The parser's own bound is in `parseOptions`.
  maxTokens: { enabled: false },
  costLimit: { maxCost: GRAPHQL_LIMITS.cost },
  blockFieldSuggestion: { enabled: false },
});

/**
 * Headers that no page of another origin sends unasked, so that queries may come by GET with one of them. What a browser puts into
 * `Authorization` by itself is no token.
 */
const OF_NO_FORM = ['x-apollo-operation-name', 'apollo-require-preflight', 'authorization'];

/** Apollo on Fastify, code-first. Introspection is on: the schema is public in `schema.gql`. The landing page is off. */
export const CairnGraphqlModule = GraphQLModule.forRootAsync<ApolloDriverConfig>({
  driver: ApolloDriver,
  inject: [LOGGER, CONFIG],
  useFactory: (log: Logger, config: Config): Omit<ApolloDriverConfig, 'driver'> => {
    const protection = armor.protect();
    return {
      plugins: [
        ...protection.plugins,
        refuseSubscriptions(),
        refuseOddText(),
        observeOperations(),
        // It would look at each field of each object of an answer, a third of what a large one costs, to say what is said below.
        ApolloServerPluginCacheControlDisabled(),
      ] as ApolloDriverConfig['plugins'],
      transformSchema: isTracing(config) ? traceResolvers : undefined,
      validationRules: protection.validationRules,
      parseOptions: { maxTokens: GRAPHQL_LIMITS.tokens },
      autoSchemaFile: true,
      // Nest would ask the whole schema about itself at each start, though Apollo checks it anyhow.
      buildSchemaOptions: { skipCheck: true },
      sortSchema: true,
      path: '/graphql',
      playground: false,
      graphiql: false,
      introspection: true,
      includeStacktraceInErrorResponses: false,
      csrfPrevention: { requestHeaders: OF_NO_FORM },
      allowBatchedHttpRequests: true,
      context: (request: FastifyRequest, reply: FastifyReply): GraphqlContext => {
        void reply.header('cache-control', 'no-store');
        assertJsonBody(request);
        assertOperationList(request.body);
        return { request, reply };
      },
      formatError: formatGraphqlError(log),
    };
  },
});
