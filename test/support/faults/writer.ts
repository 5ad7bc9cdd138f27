import { setTimeout as pause } from 'node:timers/promises';
import { type Client, sha256 } from './client.js';
import type { Dice } from './dice.js';
import type { Promised } from './promised.js';

const SLOTS = 8;
const RECYCLED_TEXTS = 30;
const COMMIT = 'mutation($i: CommitInput!) { commit(input: $i) { id } }';
const MERGE = `mutation($i: MergeInput!) { merge(input: $i) { __typename ... on Merged { commit { id } } } }`;

/**
 * Writes in all the ways there are, and notes what was acknowledged. Each commit gives two files, `PAIR/a` and `PAIR/b`, one text, so that
 * half of a commit would be seen. No two writers write the same pair.
 */
export class Writer {
  private made = 0;

  constructor(
    private readonly name: string,
    private readonly repository: string,
    private readonly client: Client,
    private readonly promised: Promised,
    private readonly dice: Dice,
  ) {}

  /** What each write ends as: acknowledged or not, by way. */
  readonly ways = new Map<string, { acknowledged: number; others: number }>();

  async write(): Promise<void> {
    const way = this.dice.of(['plain', 'grouped', 'staged', 'merge', 'merge', 'garbage'] as const);
    const isAcknowledged = await this[way]();
    const known = this.ways.get(way) ?? { acknowledged: 0, others: 0 };
    known[isAcknowledged ? 'acknowledged' : 'others'] += 1;
    this.ways.set(way, known);
    if (!isAcknowledged) await pause(100);
  }

  private async plain(slot = this.dice.below(SLOTS)): Promise<boolean> {
    const pair = `${this.name}/${slot}`;
    const text = this.text();
    if (!(await this.client.upload(text))) return false;
    this.promised.attempt(pair, text);
    const id = await this.commit('main', pair, text);
    if (id === undefined) return false;
    this.promised.keep(pair, text, id);
    return true;
  }

  /** Commits at once, which the service may land as a group. */
  private async grouped(): Promise<boolean> {
    const first = this.dice.below(SLOTS);
    const all = await Promise.all([0, 1, 2, 3].map((i) => this.plain((first + i) % SLOTS)));
    return all.every(Boolean);
  }

  private async staged(): Promise<boolean> {
    return this.onBranch(async (branch, pair, text) => {
      const i = { repository: this.repository, branch };
      const changes = changesOf(pair, text);
      const staged = await this.client.ask('mutation($i: StageInput!) { stage(input: $i) }', {
        i: { ...i, changes },
      });
      if (staged === undefined) return undefined;
      const begun = await this.client.ask(
        'mutation($i: CommitStagedInput!) { commitStaged(input: $i) { id } }',
        {
          i: { ...i, message: text },
        },
      );
      return begun && (await this.outcome(begun.commitStaged.id));
    });
  }

  private merge(): Promise<boolean> {
    return this.onBranch((branch, pair, text) => this.commit(branch, pair, text));
  }

  /** What nothing reaches once it is done: an upload, and a commit on a branch that goes. */
  private async garbage(): Promise<boolean> {
    const [unused, lost] = [this.unique(), this.unique()];
    this.promised.garbage.add(unused);
    if (!(await this.client.upload(unused)) || !(await this.client.upload(lost))) return false;
    const branch = `lost-${this.name}-${this.made}`;
    if (!(await this.branch(branch))) return false;
    const id = await this.commit(branch, `${this.name}/lost`, lost);
    if (!(await this.deleteBranch(branch))) return false;
    this.promised.garbage.add(lost);
    return id !== undefined;
  }

  /** A branch of main gets a commit, is merged into main and goes. @param commit makes it, and tells its id if it was acknowledged */
  private async onBranch(
    commit: (branch: string, pair: string, text: string) => Promise<string | undefined>,
  ): Promise<boolean> {
    const pair = `${this.name}/${this.dice.below(SLOTS)}`;
    const text = this.text();
    const branch = `side-${this.name}-${this.made}`;
    if (!(await this.client.upload(text)) || !(await this.branch(branch))) return false;
    const id = await commit(branch, pair, text);
    if (id !== undefined) this.promised.attempt(pair, text);
    const i = { repository: this.repository, source: branch, target: 'main', strategy: 'theirs' };
    const answer = id === undefined ? undefined : await this.client.ask(MERGE, { i });
    const head: string | undefined = answer?.merge.commit?.id;
    if (head !== undefined) {
      this.promised.keep(pair, text, head);
      this.promised.commits.add(id!);
    }
    await this.deleteBranch(branch);
    return head !== undefined;
  }

  private async commit(branch: string, pair: string, text: string): Promise<string | undefined> {
    const i = { repository: this.repository, branch, message: text, changes: changesOf(pair, text) };
    return (await this.client.ask(COMMIT, { i }))?.commit.id;
  }

  /** Waits for an operation, through restarts. @returns the commit that it made, if it did */
  private async outcome(id: string): Promise<string | undefined> {
    for (const until = performance.now() + 120_000; performance.now() < until;) {
      const query = 'query($id: ID!) { operation(id: $id, waitSeconds: 2) { state result } }';
      const found = (await this.client.ask(query, { id }))?.operation;
      if (found?.state === 'succeeded') return found.result.commitId;
      if (found?.state === 'failed' || found?.state === 'cancelled') return undefined;
      await pause(50);
    }
    throw new Error(`operation ${id} has no end`);
  }

  private async branch(name: string): Promise<boolean> {
    const i = { repository: this.repository, name, from: 'main' };
    return (
      (await this.client.ask('mutation($i: CreateBranchInput!) { createBranch(input: $i) { name } }', {
        i,
      })) !== undefined
    );
  }

  private async deleteBranch(name: string): Promise<boolean> {
    const i = { repository: this.repository, name };
    return (
      (await this.client.ask('mutation($i: DeleteBranchInput!) { deleteBranch(input: $i) { name } }', {
        i,
      })) !== undefined
    );
  }

  /** Some texts come again, when they may be condemned, or gone. */
  private text(): string {
    this.made += 1;
    return this.dice.below(3) === 0 ? `recycled ${this.dice.below(RECYCLED_TEXTS)}` : this.unique();
  }

  private unique(): string {
    this.made += 1;
    return `text ${this.made} of ${this.name} `.repeat(1 + this.dice.below(400));
  }
}

function changesOf(pair: string, text: string): { path: string; sha256: string }[] {
  return ['a', 'b'].map((file) => ({ path: `${pair}/${file}`, sha256: sha256(text) }));
}
