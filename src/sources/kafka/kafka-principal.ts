import { Inject, Injectable } from '@nestjs/common';
import { CAIRN_ITSELF, type Principal, PrincipalService } from '../../identity/index.js';
import { CONFIG, type Config } from '../../platform/index.js';
import { KafkaSubjectDisabledError } from './errors.js';

/** As whom messages are taken: a topic says nothing of who wrote to it. */
@Injectable()
export class KafkaPrincipal {
  constructor(
    private readonly principals: PrincipalService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * The principal as it is now, so that disabling it ends the reading.
   * @throws {NotFoundError} @throws {KafkaSubjectDisabledError}
   */
  async now(): Promise<Principal> {
    const subject = this.config.KAFKA_SUBJECT;
    const principal = await this.principals.bySubject(CAIRN_ITSELF, subject);
    if (principal.disabledAt !== null) throw new KafkaSubjectDisabledError(subject);
    return principal;
  }
}
