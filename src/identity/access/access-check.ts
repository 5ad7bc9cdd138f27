import { Injectable, type OnModuleInit } from '@nestjs/common';
import { METHOD_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { RESOLVER_NAME_METADATA, RESOLVER_PROPERTY_METADATA, RESOLVER_TYPE_METADATA } from '@nestjs/graphql';
import { DomainError } from '../../platform/index.js';
import { ACCESS_METADATA, type AccessLevel } from './access.js';

/** Routes or fields do not say who may come in. A fault of the program, found at boot. */
export class UndeclaredAccessError extends DomainError {
  readonly kind = 'forbidden';
  constructor(readonly doors: readonly string[]) {
    super(`These routes or fields do not declare their access; add @Access(…): ${doors.join(', ')}`, {
      doors,
    });
  }
}

/** A way into the service: a route, a query, a mutation, a field resolver. */
export interface Door {
  readonly name: string;
  readonly access: AccessLevel | undefined;
}

/** Lists every door of the application, and stops the boot when one does not declare its access. */
@Injectable()
export class AccessCheck implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  /** @throws {UndeclaredAccessError} */
  onModuleInit(): void {
    const undeclared = this.doors().filter((door) => door.access === undefined);
    if (undeclared.length > 0) throw new UndeclaredAccessError(undeclared.map((door) => door.name));
  }

  /** In alphabetical order. */
  doors(): readonly Door[] {
    const wrappers = [...this.discovery.getControllers(), ...this.discovery.getProviders()];
    return wrappers
      .filter((wrapper) => wrapper.metatype && wrapper.instance)
      .flatMap((wrapper) => this.doorsOf(wrapper.instance as object))
      .sort((a, b) => a.name.localeCompare(b.name));
  }

  private doorsOf(instance: object): Door[] {
    const type = instance.constructor;
    if (!isObject(type.prototype)) return [];
    return this.scanner.getAllMethodNames(type.prototype).flatMap((method) => {
      const handler = (type.prototype as Record<string, unknown>)[method];
      if (typeof handler !== 'function' || !isDoor(handler)) return [];
      const access = this.reflector.getAllAndOverride<AccessLevel | undefined>(ACCESS_METADATA, [
        handler as () => void,
        type as never,
      ]);
      return [{ name: `${type.name}.${method}`, access }];
    });
  }
}

function isDoor(handler: object): boolean {
  return [METHOD_METADATA, RESOLVER_TYPE_METADATA, RESOLVER_PROPERTY_METADATA, RESOLVER_NAME_METADATA].some(
    (key) => Reflect.hasMetadata(key, handler),
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
