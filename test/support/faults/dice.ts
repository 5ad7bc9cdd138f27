import { createHash } from 'node:crypto';

/** Chance that a seed decides: the same seed and name give the same throws. */
export class Dice {
  private thrown = 0;

  /** @param name of whose throws they are, so that several can throw in any order */
  constructor(
    private readonly seed: number,
    private readonly name: string,
  ) {}

  /** @returns a whole number from 0 to `sides - 1` */
  below(sides: number): number {
    const digest = createHash('sha256').update(`${this.seed} ${this.name} ${this.thrown++}`).digest();
    return digest.readUInt32BE() % sides;
  }

  of<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!;
  }
}
