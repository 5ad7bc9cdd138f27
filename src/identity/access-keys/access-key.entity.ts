import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { CredentialScope } from '../access/scope.js';

@Entity('access_key')
@Index('access_key_by_principal', ['principalId'])
export class AccessKeyEntity {
  /** The public half: what S3 calls the access key id. */
  @PrimaryColumn('text')
  id!: string;

  @ForeignKey('PrincipalEntity', { name: 'access_key_principal' })
  @Column('uuid', { name: 'principal_id' })
  principalId!: string;

  /** The secret half, as `SecretBox` seals it. */
  @Column('bytea', { name: 'sealed_secret' })
  sealedSecret!: Buffer;

  @Column('text')
  label!: string;

  /** What it is for; all that its principal may when null. */
  @Column('jsonb', { nullable: true })
  scope!: CredentialScope | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;
}
