import type { TransactionChange } from '../model/statement.js';

/** How to undo what was done since the transaction began, or since one of its savepoints. */
export class Transaction {
  private readonly undos: (() => void)[] = [];
  /** How many undos there were: at the begin, and at each savepoint. */
  private marks: { readonly name: string | undefined; readonly undos: number }[] = [];

  /** @param undo is kept where the change before may be rolled back */
  changed(undo: () => void): void {
    if (this.marks.length > 0) this.undos.push(undo);
  }

  follow(change: TransactionChange): void {
    switch (change.does) {
      case 'begin':
        return this.begin();
      case 'commit':
      case 'rollback':
        if (change.does === 'rollback') this.undo(0);
        this.undos.length = 0;
        this.marks = [];
        return change.isChained ? this.begin() : undefined;
      case 'savepoint':
        if (this.marks.length > 0) this.marks.push({ name: change.name, undos: this.undos.length });
        return;
      case 'release':
      case 'rollback-to':
        return this.leave(change.name, change.does === 'rollback-to');
    }
  }

  private begin(): void {
    if (this.marks.length === 0) this.marks.push({ name: undefined, undos: 0 });
  }

  /** A savepoint that is rolled back to stays, one that is released is gone; those after it are gone too. */
  private leave(name: string, isRolledBack: boolean): void {
    const at = this.marks.findLastIndex((mark) => mark.name === name);
    if (at < 0) return;
    if (isRolledBack) this.undo(this.marks[at]!.undos);
    this.marks = this.marks.slice(0, isRolledBack ? at + 1 : at);
  }

  private undo(length: number): void {
    while (this.undos.length > length) this.undos.pop()!();
  }
}
