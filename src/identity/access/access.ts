import {
  createParamDecorator,
  type CustomDecorator,
  type ExecutionContext,
  SetMetadata,
} from '@nestjs/common';
import { GqlExecutionContext } from '@nestjs/graphql';
import type { FastifyRequest } from 'fastify';
import type { Principal } from '../principals/principal.js';
import { UnauthenticatedError } from './errors.js';

/**
 * Who may come in at a route or a field.
 * - `public`: everyone, without a token
 * - `caller`: any valid token; it concerns the caller alone
 * - `governed`: any valid token; the service behind it asks policy
 * - `ticket`: nobody by a token of a principal; the service behind it checks a credential for this one thing
 */
export type AccessLevel = 'public' | 'caller' | 'governed' | 'ticket';

export const ACCESS_METADATA = 'cairn:access';

/** Declares who may come in. A route, query, mutation or field resolver without it stops the boot. */
export const Access = (level: AccessLevel): CustomDecorator => SetMetadata(ACCESS_METADATA, level);

export const BASIC_METADATA = 'cairn:basic';

/** Lets a token come in as the password of HTTP Basic too, under any user name, for clients that can send it only so. */
export const AcceptBasic = (): CustomDecorator => SetMetadata(BASIC_METADATA, true);

const callers = new WeakMap<object, Principal>();

/** The request of an HTTP or GraphQL execution. */
export function requestOf(context: ExecutionContext): FastifyRequest {
  return context.getType<string>() === 'graphql'
    ? GqlExecutionContext.create(context).getContext<{ request: FastifyRequest }>().request
    : context.switchToHttp().getRequest<FastifyRequest>();
}

export function rememberCaller(request: FastifyRequest, caller: Principal): void {
  callers.set(request, caller);
}

/** @throws {UnauthenticatedError} when the request carried no valid token */
export function callerOf(request: FastifyRequest): Principal {
  const caller = callers.get(request);
  if (!caller) throw new UnauthenticatedError('no token');
  return caller;
}

/** The principal who calls, in resolvers and controllers: `@Caller() caller: Principal`. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext) =>
  callerOf(requestOf(context)),
);
