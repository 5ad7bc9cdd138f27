import type { StatementKind } from '../../projection/facts.js';
import { Links } from './links.js';
import { WordTable } from './word-table.js';

const KINDS: Readonly<Record<StatementKind, number>> = { lineage: 0, columns: 1 };

/** What statements say of which inputs of a job flow into which outputs. All by number. */
export class Pairs {
  /** From (job, input) to output; the third word is the kind. */
  private readonly links = new Links(3);
  private readonly uses = new WordTable(2);
  private readonly use = new Int32Array(2);
  private readonly key = new Int32Array(3);

  /** @param anyInput stands, as an input, for that a statement narrows the inputs of its output at all */
  constructor(private readonly anyInput: number) {}

  get size(): number {
    return this.links.size;
  }

  get bytes(): number {
    return this.links.bytes + this.uses.bytes;
  }

  set(job: number, output: number, input: number, kind: StatementKind, intervals: readonly number[]): void {
    this.key[0] = this.uses.add(this.useOf(job, input));
    this.key[1] = output;
    this.key[2] = KINDS[kind];
    this.links.set(this.key, intervals);
  }

  /** Whether statements narrow the inputs of any output of the job. */
  isNarrowed(job: number, instant: number): boolean {
    if (this.links.size === 0) return false;
    const use = this.uses.find(this.useOf(job, this.anyInput));
    return use >= 0 && this.isAnyHeld(use, undefined, instant);
  }

  /**
   * Whether an input of a job flows into an output of it: as an explicit statement says; else as columns say, for inputs that they name
   * anywhere; else it does.
   */
  flows(job: number, input: number, output: number, instant: number): boolean {
    const all = this.uses.find(this.useOf(job, this.anyInput));
    if (all < 0) return true;
    const own = this.uses.find(this.useOf(job, input));
    if (this.isHeld(all, output, 'lineage', instant)) return this.isHeld(own, output, 'lineage', instant);
    if (!this.isHeld(all, output, 'columns', instant)) return true;
    return this.isHeld(own, output, 'columns', instant) || !this.isAnyHeld(own, 'columns', instant);
  }

  private useOf(job: number, input: number): Int32Array {
    this.use[0] = job;
    this.use[1] = input;
    return this.use;
  }

  private isHeld(use: number, output: number, kind: StatementKind, instant: number): boolean {
    if (use < 0) return false;
    this.key[0] = use;
    this.key[1] = output;
    this.key[2] = KINDS[kind];
    const pair = this.links.find(this.key);
    return pair >= 0 && this.links.validity.holds(pair, instant);
  }

  private isAnyHeld(use: number, kind: StatementKind | undefined, instant: number): boolean {
    if (use < 0) return false;
    for (let pair = this.links.first(use, true); pair >= 0; pair = this.links.next(pair, true))
      if (
        (kind === undefined || this.links.word(pair, 2) === KINDS[kind]) &&
        this.links.validity.holds(pair, instant)
      )
        return true;
    return false;
  }
}
