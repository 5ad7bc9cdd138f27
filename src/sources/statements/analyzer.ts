import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import type { Principal } from '../../identity/index.js';
import { assertOutsideTransaction, CONFIG, type Config } from '../../platform/index.js';
import { inSpan } from '../../platform/tracing/index.js';
import { type AnalyzedStatement, analyzeText } from './analysis.js';
import { KnownSchemas } from './known-schemas.js';
import { analysisDuration } from './metrics.js';
import { problem } from './model/problems.js';
import { PostgresParser } from './postgres/postgres-parser.js';
import type { AnalysisRequest } from './request.js';

/** Follows the data of texts, with the columns that the caller may know of. Nothing is stored. */
@Injectable()
export class Analyzer implements BeforeApplicationShutdown {
  private readonly parser: PostgresParser;

  constructor(
    private readonly schemas: KnownSchemas,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.parser = new PostgresParser(config.STATEMENTS_PARSE_TIMEOUT_MS);
  }

  /** Never fails for what a text says: a text that cannot be parsed is one statement of that status. */
  async analyze(caller: Principal, request: AnalysisRequest): Promise<AnalyzedStatement[]> {
    assertOutsideTransaction('parsing a statement');
    const { sql, dialect } = request;
    const maxBytes = this.config.STATEMENTS_MAX_BYTES;
    if (Buffer.byteLength(sql) > maxBytes) return [tooLarge(sql, maxBytes)];
    const stop = analysisDuration.startTimer({ dialect });
    try {
      return await inSpan('analyze sql', { attributes: { 'db.system': dialect } }, () =>
        analyzeText(request, this.parser, (tables) => this.schemas.of(caller, request, tables)),
      );
    } finally {
      stop();
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.parser.close();
  }
}

function tooLarge(sql: string, maxBytes: number): AnalyzedStatement {
  return {
    ...{ status: 'unparsed', verb: undefined, start: 0, end: sql.length, fingerprint: 'too-large' },
    problems: [problem('too-large', `${maxBytes} bytes`, -1)],
    lineage: { inputs: [], outputs: [], namesOthers: false, files: new Set(), problems: [] },
  };
}
