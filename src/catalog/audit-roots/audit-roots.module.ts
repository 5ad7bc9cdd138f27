import { Global, Inject, Injectable, Module } from '@nestjs/common';
import { assertOutsideTransaction } from '../../platform/index.js';
import { AUDIT_ROOTS, type AuditRoots } from '../../policy/index.js';
import { KEPT_DOCUMENTS, type KeptDocuments } from '../../storage/index.js';

const FOLDER = 'audit/roots';

/** Keeps the roots of the audit log in the object store, which policy may not use itself. */
@Injectable()
class KeptAuditRoots implements AuditRoots {
  constructor(@Inject(KEPT_DOCUMENTS) private readonly documents: KeptDocuments) {}

  add(name: string, text: string): Promise<boolean> {
    assertOutsideTransaction('keeping a root of the audit log');
    return this.documents.add(name, Buffer.from(text));
  }

  async read(name: string): Promise<string | undefined> {
    return (await this.documents.read(name))?.toString('utf8');
  }

  list(): AsyncIterable<string> {
    return this.documents.list(FOLDER);
  }
}

@Global()
@Module({
  providers: [{ provide: AUDIT_ROOTS, useClass: KeptAuditRoots }],
  exports: [AUDIT_ROOTS],
})
export class AuditRootsModule {}
