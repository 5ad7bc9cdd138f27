import { Inject, Injectable } from '@nestjs/common';
import { CAIRN_ITSELF, type Principal, PrincipalService } from '../../identity/index.js';
import { CONFIG, type Config } from '../../platform/index.js';
import { SourceSubjectDisabledError } from './errors.js';

/** The settings that name as whom a source emits. */
type SubjectSetting = 'KAFKA_SUBJECT' | 'KUBERNETES_SOURCE_SUBJECT';

/** As whom events of a source are taken that says nothing of who is behind them: a topic, a cluster. */
@Injectable()
export class SourcePrincipal {
  constructor(
    private readonly principals: PrincipalService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * The principal as it is now, so that disabling it ends the reading.
   * @throws {NotFoundError} @throws {SourceSubjectDisabledError}
   */
  async now(setting: SubjectSetting): Promise<Principal> {
    const subject = this.config[setting];
    const principal = await this.principals.bySubject(CAIRN_ITSELF, subject);
    if (principal.disabledAt !== null) throw new SourceSubjectDisabledError(setting, subject);
    return principal;
  }
}
