import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { type Principal, PrincipalService, subjectOf } from '../../identity/index.js';
import {
  AlreadyExistsError,
  Database,
  isUniqueViolation,
  NotFoundError,
  type Page,
  type PageArgs,
  pageOf,
  pageRequest,
  validate,
} from '../../platform/index.js';
import { AuditLog, Policy, systemResource } from '../../policy/index.js';
import { CatalogScanner } from './catalog-scanner.js';
import { type Connection, CREATE_CONNECTION, SETTINGS } from './connection.js';
import { ConnectionRepository } from './connection.repository.js';

/** The sources that are looked at. For administrators. */
@Injectable()
export class ConnectionService {
  constructor(
    private readonly connections: ConnectionRepository,
    private readonly principals: PrincipalService,
    private readonly policy: Policy,
    private readonly scanner: CatalogScanner,
    private readonly database: Database,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Connects a source; it is scanned at once.
   * @param input.subject whose `emit` rights the events need; the caller by default
   * @throws {InvalidInputError} naming field and rule @throws {AlreadyExistsError}
   */
  async create(caller: Principal, input: z.input<typeof CREATE_CONNECTION>): Promise<Connection> {
    await this.authorize(caller);
    const {
      settings,
      credentials,
      subject = subjectOf(caller),
      ...rest
    } = validate(CREATE_CONNECTION, input, 'input');
    const checked = validate(SETTINGS[rest.type], settings, 'input.settings');
    await this.principals.bySubject(caller, subject);
    try {
      await this.database.run(async () => {
        await this.connections.insert({
          ...{ ...rest, subject, settings: checked },
          ...{ credentials: credentials ?? null, createdBy: subjectOf(caller) },
        });
        const { name, type } = rest;
        await this.audit.change(caller, {
          ...{ action: 'catalog.connected', on: 'catalog', name, detail: { type, subject, credentials } },
        });
      });
    } catch (error) {
      if (isUniqueViolation(error)) throw new AlreadyExistsError('CatalogConnection', rest.name);
      throw error;
    }
    this.scanner.wake();
    return this.get(caller, rest.name);
  }

  async get(caller: Principal, name: string): Promise<Connection> {
    await this.authorize(caller);
    const connection = await this.connections.find(name);
    if (!connection) throw new NotFoundError('CatalogConnection', name);
    return connection;
  }

  async list(caller: Principal, args: PageArgs): Promise<Page<Connection>> {
    await this.authorize(caller);
    const request = pageRequest<readonly [string]>(args, 1);
    return pageOf(await this.connections.list(request), request, ({ name }) => [name]);
  }

  /** Asks for a scan now. */
  async hurry(caller: Principal, name: string): Promise<Connection> {
    await this.get(caller, name);
    await this.connections.hurry(name);
    this.scanner.wake();
    return this.get(caller, name);
  }

  /** Looks at a source no more. */
  async remove(caller: Principal, name: string): Promise<Connection> {
    const connection = await this.get(caller, name);
    await this.database.run(async () => {
      await this.connections.remove(name);
      await this.audit.change(caller, { action: 'catalog.disconnected', on: 'catalog', name });
    });
    return connection;
  }

  private authorize(caller: Principal): Promise<void> {
    return this.policy.authorize(caller, 'administer', systemResource('catalogs'));
  }
}
