import { Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import type { CredentialScope } from '../access/scope.js';

@Entity('api_token')
@Unique('api_token_sha256', ['sha256'])
@Index('api_token_by_principal', ['principalId'])
export class ApiTokenEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @ForeignKey('PrincipalEntity', { name: 'api_token_principal' })
  @Column('uuid', { name: 'principal_id' })
  principalId!: string;

  @Column('text')
  sha256!: string;

  @Column('text')
  label!: string;

  /** What it is for; all that its principal may when null. */
  @Column('jsonb', { nullable: true })
  scope!: CredentialScope | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;
}
