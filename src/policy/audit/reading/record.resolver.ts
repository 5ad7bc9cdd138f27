import { Inject } from '@nestjs/common';
import { Args, ID, Query, Resolver } from '@nestjs/graphql';
import { Access, Caller, type Principal } from '../../../identity/index.js';
import { type Page, PageArgs } from '../../../platform/index.js';
import { AUDIT_ROOTS, type AuditRoots } from '../roots/audit-roots.js';
import { rootName } from '../roots/root.js';
import { SigningKey } from '../roots/signing-key.js';
import {
  AuditFilterInput,
  AuditKeyModel,
  AuditProofModel,
  AuditRecordModel,
  AuditRecordPage,
} from './record.model.js';
import type { RecordBody } from './ocsf.js';
import type { AuditRecordRow } from './record.repository.js';
import { RecordService } from './record.service.js';

@Resolver()
export class AuditRecordResolver {
  constructor(
    private readonly records: RecordService,
    private readonly key: SigningKey,
    @Inject(AUDIT_ROOTS) private readonly roots: AuditRoots,
  ) {}

  @Access('governed')
  @Query(() => AuditRecordPage, {
    description: 'What was decided and changed, the newest first. For those who administer system/audit.',
  })
  async auditRecords(
    @Caller() caller: Principal,
    @Args() args: PageArgs,
    @Args('filter', { nullable: true, type: () => AuditFilterInput }) filter?: AuditFilterInput,
  ): Promise<Page<AuditRecordModel>> {
    const { nodes, pageInfo } = await this.records.list(caller, { ...filter }, args);
    return { nodes: nodes.map(modelOf), pageInfo };
  }

  @Access('governed')
  @Query(() => AuditProofModel, {
    description: 'By which hashes a record leads to a signed root. For those who administer system/audit.',
  })
  async auditProof(
    @Caller() caller: Principal,
    @Args('id', { type: () => ID, description: 'SEGMENT:NUMBER.' }) id: string,
  ): Promise<AuditProofModel> {
    const { record, ...proof } = await this.records.prove(caller, id);
    const kept = await this.roots.read(rootName(proof.number));
    const { signature } = (kept === undefined ? {} : JSON.parse(kept)) as { signature?: string };
    return { ...proof, body: record.body, hash: record.hash, ...(signature !== undefined && { signature }) };
  }

  @Access('caller')
  @Query(() => AuditKeyModel, { description: 'The public key of the audit log.' })
  async auditKey(): Promise<AuditKeyModel> {
    const { pem: publicKey, fingerprint } = await this.key.public();
    return { publicKey, fingerprint };
  }
}

function modelOf({ segment, seq, hash, body }: AuditRecordRow): AuditRecordModel {
  const { kind, at, allowed, ...said } = JSON.parse(body) as RecordBody;
  const asked = (kind === 'change' ? { ...said, kind: said['on'] } : (said.input ?? {})) as Record<
    string,
    string
  >;
  const { subject, action, namespace, name } = asked;
  return {
    ...{ id: `${segment}:${seq}`, hash, kind, at: new Date(at), subject, action, namespace, said },
    ...(name !== undefined && { object: `${asked['kind']}/${name}` }),
    ...(allowed !== undefined && { isAllowed: allowed }),
  };
}
