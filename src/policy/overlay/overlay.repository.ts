import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/index.js';
import type { Overlay } from '../live-policy.js';
import type { OpenEmergency } from './emergency.js';
import type { Grant } from './grant.js';
import type { Target } from './target.js';

const GRANT = `'GRANT-' || id AS id, requester AS subject, namespace, kind, name, actions, role, decided_at AS "from"`;

type Flat<T> = Omit<T, 'target'> & Target;

/** Grants and emergencies as every replica must know them. */
@Injectable()
export class OverlayRepository {
  constructor(private readonly database: Database) {}

  /** Grows with every change of them. */
  async generation(): Promise<string> {
    const [row] = await this.database.query<{ generation: string }>('SELECT generation FROM policy_overlay');
    return row!.generation;
  }

  /** To be called within the transaction of each change, before it: changes happen one after the other. */
  async change(): Promise<Date> {
    const [row] = await this.database.query<{ at: Date }>(
      "UPDATE policy_overlay SET generation = generation + 1 RETURNING date_trunc('milliseconds', clock_timestamp()) AS at",
    );
    return row!.at;
  }

  /** Grants that stood at any instant of a time; `until` is when they ended, or will. @param from included @param to excluded */
  async granted(from: Date, to: Date): Promise<readonly Grant[]> {
    const grants = await this.database.query<Flat<Grant>>(
      `SELECT ${GRANT}, least(granted_until, revoked_at) AS until FROM access_request
       WHERE decision = 'approved' AND decided_at < $2 AND least(granted_until, revoked_at) > $1 ORDER BY id`,
      [from, to],
    );
    return grants.map(targeted);
  }

  /** Those that have not ended. */
  async overlay(): Promise<Overlay> {
    const grants = await this.database.query<Flat<Grant>>(
      `SELECT ${GRANT}, granted_until AS until FROM access_request
       WHERE decision = 'approved' AND revoked_at IS NULL AND granted_until > now() ORDER BY id`,
    );
    const emergencies = await this.database.query<Flat<OpenEmergency>>(
      `SELECT 'EMERGENCY-' || id AS id, subject, namespace, kind, name, actions, opened_at AS "from", until
       FROM emergency WHERE closed_at IS NULL AND until > now() ORDER BY id`,
    );
    return { grants: grants.map(targeted), emergencies: emergencies.map(targeted) };
  }
}

function targeted<T extends Target>({
  namespace,
  kind,
  name,
  ...rest
}: T): Omit<T, keyof Target> & { target: Target } {
  return { ...rest, target: { namespace, kind, name } };
}
