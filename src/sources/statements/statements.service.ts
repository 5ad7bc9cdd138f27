import { Injectable } from '@nestjs/common';
import pLimit from 'p-limit';
import { assetIdOf } from '../../catalog/index.js';
import { type Principal, subjectOf } from '../../identity/index.js';
import { IngestionService, redactText } from '../../lineage/index.js';
import { InvalidInputError, validate } from '../../platform/index.js';
import { Policy, UNCLASSIFIED } from '../../policy/index.js';
import type { AnalyzedStatement } from './analysis.js';
import { Analyzer } from './analyzer.js';
import {
  type BatchAnswer,
  batchAnswerOf,
  type StatementAnswer,
  type TextAnswer,
  textAnswerOf,
} from './answers.js';
import { LedgerRepository } from './ledger.repository.js';
import { toldProblems, type ToldStatement, toldStatement } from './lineage-json.js';
import { postedStatements } from './metrics.js';
import { HIDING } from './model/problems.js';
import { ANALYSIS, STATEMENT, type StatementRequest } from './request.js';
import { type DatasetName, datasetNameOf, eventOfStatement } from './statement-event.js';
import { statementIdOf } from './statement-id.js';

/** Texts of one batch at most. */
const MAX_BATCH_TEXTS = 1_000;
/** Texts of a batch that are worked on at the same time. */
const AT_ONCE = 8;
/** Longer texts are cut, in the ledger and in events. */
const MAX_KEPT_CHARS = 100_000;

/** Takes SQL that engines have run: follows it, tells lineage what is certain, and keeps a line for each statement. */
@Injectable()
export class StatementsService {
  constructor(
    private readonly analyzer: Analyzer,
    private readonly ledger: LedgerRepository,
    private readonly ingestion: IngestionService,
    private readonly policy: Policy,
  ) {}

  /** What a text does, as far as it can be told. Nothing is stored, and no right is needed but to know the columns that it needs. */
  async analyze(caller: Principal, value: unknown): Promise<{ statements: ToldStatement[] }> {
    const request = validate(ANALYSIS, value);
    const analyzed = await this.analyzer.analyze(caller, request);
    return { statements: analyzed.map((one) => toldStatement(request.sql, request.source, one)) };
  }

  /**
   * Takes the statements of one text.
   * @throws {InvalidInputError} naming field and rule
   * @throws {AccessDeniedError} naming the policy rule, when none of them may be told
   */
  async post(caller: Principal, value: unknown): Promise<TextAnswer> {
    const request = validate(STATEMENT, value);
    const at = request.time === undefined ? new Date() : new Date(request.time);
    const analyzed = await this.analyzer.analyze(caller, request);
    const answers: PromiseSettledResult<StatementAnswer>[] = [];
    for (const [index, one] of analyzed.entries())
      answers.push(...(await Promise.allSettled([this.take(caller, request, at, index, one)])));
    return textAnswerOf(answers);
  }

  /** Takes up to 1,000 texts, each for itself. */
  async postBatch(caller: Principal, values: readonly unknown[]): Promise<BatchAnswer> {
    if (values.length > MAX_BATCH_TEXTS)
      throw new InvalidInputError('body', `must hold at most ${MAX_BATCH_TEXTS} texts, not ${values.length}`);
    const limit = pLimit(AT_ONCE);
    const outcomes = await Promise.allSettled(values.map((value) => limit(() => this.post(caller, value))));
    return batchAnswerOf(outcomes);
  }

  private async take(
    caller: Principal,
    request: StatementRequest,
    at: Date,
    index: number,
    analyzed: AnalyzedStatement,
  ): Promise<StatementAnswer> {
    const { lineage, status, fingerprint, start, end, verb } = analyzed;
    const { source, dialect } = request;
    const text = request.sql.slice(start, end).trim();
    const job = request.job ?? { namespace: source, name: `statement.${fingerprint.slice(0, 12)}` };
    const id = statementIdOf([subjectOf(caller), source, request.queryId ?? at.toISOString(), index, text]);
    const kept = cut(redactText(text));
    const tells = lineage.inputs.length + lineage.outputs.length > 0;
    if (!tells) await this.authorize(caller, job);
    const receipt = tells
      ? await this.ingestion.ingest(
          caller,
          eventOfStatement(request, analyzed, { runId: id, eventTime: at, job, text: kept }),
        )
      : undefined;
    const idsOf = (names: readonly string[]) =>
      names.map((name) => assetIdIn('data', datasetNameOf(source, name, lineage.files)));
    const problems = toldProblems(request.sql, analyzed.problems).map((told) => ({
      ...told,
      subject: redactText(told.subject),
      message: redactText(told.message),
    }));
    const columnCount = lineage.outputs.reduce((sum, { columns }) => sum + columns.length, 0);
    const isNew = await this.ledger.put({
      ...{ id, dialect, source, text: kept, fingerprint, status, problems, columnCount },
      ...{ engineUser: request.user ?? null, queryId: request.queryId ?? null, executedAt: at },
      verb: verb ?? null,
      inputIds: idsOf(lineage.inputs),
      outputIds: idsOf(lineage.outputs.map(({ table }) => table)),
      namesAll:
        status !== 'unparsed' && !lineage.namesOthers && !problems.some(({ code }) => HIDING.has(code)),
      jobId: receipt === undefined ? null : assetIdIn('job', job),
      eventId: receipt?.id ?? null,
      principal: subjectOf(caller),
    });
    if (isNew) postedStatements.inc({ dialect, status });
    const told = toldStatement(request.sql, source, analyzed);
    return {
      ...{ id, status, problems, columns: columnCount, isDuplicate: !isNew },
      ...(verb === undefined ? {} : { verb }),
      inputs: told.inputs,
      outputs: told.outputs.map(({ namespace, name }) => ({ namespace, name })),
      ...(receipt === undefined ? {} : { runId: id, eventId: receipt.id, job }),
    };
  }

  /** A statement that tells nothing is kept for those only who may tell something. */
  private async authorize(caller: Principal, { namespace, name }: DatasetName): Promise<void> {
    const place = this.policy.placeOf(namespace);
    const resource = { kind: 'job', namespace: place, name, tags: [UNCLASSIFIED] } as const;
    await this.policy.authorize(caller, 'emit', resource);
  }
}

function assetIdIn(space: 'data' | 'job', { namespace, name }: DatasetName): string {
  return assetIdOf({ space, identityNamespace: namespace, identityName: name });
}

function cut(text: string): string {
  return text.length <= MAX_KEPT_CHARS ? text : `${text.slice(0, MAX_KEPT_CHARS).toWellFormed()} …`;
}
