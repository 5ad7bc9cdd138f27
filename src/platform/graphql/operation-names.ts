/** Operation names that metrics tell apart at most. */
const MAX_NAMES = 100;

/** Names of GraphQL operations, as far as they can be labels: clients choose them, and each new label costs memory for ever. */
export class OperationNames {
  private readonly known = new Set<string>();

  constructor(private readonly maxNames = MAX_NAMES) {}

  /**
   * @param isTrusted whether the operation was answered: only such a name may become a label
   * @returns the name, `anonymous` without one, `other` for one too many
   */
  label(name: string | null | undefined, isTrusted: boolean): string {
    if (name === undefined || name === null || name === '') return 'anonymous';
    if (isTrusted && this.known.size < this.maxNames && name.length <= 100) this.known.add(name);
    return this.known.has(name) ? name : 'other';
  }
}
