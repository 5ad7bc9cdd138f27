export type ProfileFormat = 'csv' | 'json' | 'jsonl' | 'parquet' | 'onnx' | 'safetensors' | 'gguf';

/** One column, as far as the content tells. */
export interface ColumnProfile {
  readonly name: string;
  /**
   * CSV: `integer`, `number`, `boolean`, `date`, `timestamp`, `string`, or `null` when no cell has a value. JSON: those
   * without the times, and `object`, `array`, or several joined by `|`. Parquet: `int8` … `uint64`, `float`, `double`,
   * `decimal(12,2)`, `timestamp(us,UTC)`, `list<…>`, `map<…,…>`, `struct<name: …>` and so on.
   */
  readonly type: string;
  /** CSV and JSON: a row without a value was seen. Parquet: the schema allows one. */
  readonly nullable: boolean;
  readonly nullCount?: number;
  /** As text: numbers as written (in JSON as a double), times in ISO 8601, text cut to 128 characters. */
  readonly min?: string;
  readonly max?: string;
  /** Exact up to 1,023, about ± 3 % above. */
  readonly distinctEstimate?: number;
}

/** An input or output of a model. */
export interface ModelValue {
  readonly name: string;
  /** As in ONNX: `float[N,5]`, a free dimension by its name or `?`; `map`, `sequence` … for what is no tensor. */
  readonly type: string;
}

export interface ModelProfile {
  readonly inputs: readonly ModelValue[];
  readonly outputs: readonly ModelValue[];
  /** The version of the default operator set. */
  readonly opset?: number;
  /** Name and version of the program that wrote the file. */
  readonly producer?: string;
  /** safetensors and GGUF: values of all tensors. */
  readonly parameterCount?: number;
  readonly tensorCount?: number;
  /** How many tensors have a type, e.g. `{"F32": 12}`. */
  readonly tensorTypes?: Readonly<Record<string, number>>;
  /** In the order of the header, at most {@link MAX_COLUMNS}; types as `F32[8,4]`. */
  readonly tensors?: readonly ModelValue[];
  /** What the file says of itself, at most 200 keys; of arrays in GGUF type and length, as `string[32000]`. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** What a file holds. Plain JSON values, to be stored as they are. */
export interface ContentProfile {
  readonly format: ProfileFormat;
  readonly columns: readonly ColumnProfile[];
  /** Missing where it would be a guess: on samples and broken files. */
  readonly rowCount?: number;
  /** Only the first {@link MAX_SCAN_BYTES} were read; all counts are of that part. */
  readonly sampled?: true;
  /** What is wrong with the file or was left out, each naming its rule. At most {@link MAX_PROBLEMS}. */
  readonly problems: readonly string[];
  readonly model?: ModelProfile;
}

/** Text formats are read to here; what is larger is sampled. Up to ten seconds of work for CSV, a megabyte at a time. */
export const MAX_SCAN_BYTES = 64 * 1024 * 1024;
/** A row of CSV, a line of JSON Lines, an element of a JSON array. Bounds what is in memory at once. */
export const MAX_ROW_BYTES = 1024 * 1024;
/** Columns after these are left out, with a problem. */
export const MAX_COLUMNS = 1000;
export const MAX_PROBLEMS = 20;
/** Footers of real Parquet files with thousands of columns and row groups have some megabytes. */
export const MAX_FOOTER_BYTES = 16 * 1024 * 1024;
/** Characters of a name in a profile. */
export const MAX_NAME_LENGTH = 256;

/** Collects problems without letting a bad file grow the list. */
export class Problems {
  private readonly list: string[] = [];
  private readonly counts = new Map<string, number>();

  add(problem: string): void {
    if (this.list.length < MAX_PROBLEMS) this.list.push(problem);
  }

  /** Something that may be wrong in every row: told once, with the first place and how often. */
  count(rule: string, first: string): void {
    const seen = this.counts.get(rule);
    if (seen === undefined) this.list.push(`${rule}: ${first}`);
    this.counts.set(rule, (seen ?? 0) + 1);
  }

  toList(): string[] {
    return this.list.map((text) => {
      for (const [rule, count] of this.counts) {
        if (count > 1 && text.startsWith(`${rule}: `)) return `${text}, and ${count - 1} more`;
      }
      return text;
    });
  }
}
