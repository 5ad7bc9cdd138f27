import { unwrapResolverError } from '@apollo/server/errors';
import { HttpException } from '@nestjs/common';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { typeOrmError } from '../database/errors.js';
import { DomainError } from '../errors/domain-error.js';
import { ERROR_MAPPING } from '../errors/error-mapping.js';
import { problemOf } from '../errors/problem.js';
import type { Logger } from '../logging/logger.js';
import { currentRequestId } from '../logging/logger.js';

/**
 * What GraphQL clients see of a failure: `extensions.code` is the kind, `extensions.error` the stable name, and the failure's own
 * details beside them. Errors of the query itself (syntax, validation, limits) pass as they are; anything else stays in the log.
 */
export function formatGraphqlError(log: Logger) {
  return (formatted: GraphQLFormattedError, thrown: unknown): GraphQLFormattedError => {
    const error = typeOrmError(originOf(thrown));
    const requestId = currentRequestId();
    if (error instanceof DomainError) {
      const { graphqlCode } = ERROR_MAPPING[error.kind];
      return {
        message: error.message,
        locations: formatted.locations,
        path: formatted.path,
        extensions: { ...error.details, code: graphqlCode, error: error.code, requestId },
      };
    }
    const code = formatted.extensions?.['code'];
    const isOfQuery = thrown === error && code !== 'INTERNAL_SERVER_ERROR';
    if (isOfQuery || error instanceof HttpException) {
      return { ...formatted, extensions: { code, requestId } };
    }
    log.error({ err: error }, 'graphql: a resolver failed');
    return {
      message: problemOf(error).detail,
      locations: formatted.locations,
      path: formatted.path,
      extensions: { code: 'INTERNAL_SERVER_ERROR', requestId },
    };
  };
}

/** What a resolver threw, or a look at the operation before it ran. */
function originOf(thrown: unknown): unknown {
  const { originalError } = thrown instanceof GraphQLError ? thrown : {};
  return originalError instanceof DomainError ? originalError : unwrapResolverError(thrown);
}
