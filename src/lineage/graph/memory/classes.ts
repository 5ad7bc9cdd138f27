import { type AssetClass, parseAssetClass } from '../../../catalog/index.js';
import { Ints } from './segments.js';

/** Bytes that a class takes beside its text, roughly. */
const CLASS_BYTES = 400;

/** What policy and filters ask of numbered assets: each has the number of a class, of which there are few. */
export class Classes {
  private readonly numbers = new Map<string, number>();
  private readonly classes: AssetClass[] = [];
  /** By asset: one more than its class; 0 for what the catalog does not show. */
  private readonly ofAsset = new Ints();
  private textBytes = 0;

  get bytes(): number {
    return this.ofAsset.bytes + this.textBytes;
  }

  /** @param text see `assetClassColumn` */
  set(asset: number, text: string | undefined): void {
    this.ofAsset.set(asset, text === undefined ? 0 : this.numberOf(text) + 1);
  }

  /** @returns undefined for what the catalog does not show */
  of(asset: number): AssetClass | undefined {
    return this.classes[this.ofAsset.get(asset) - 1];
  }

  private numberOf(text: string): number {
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    this.numbers.set(text, this.classes.length);
    this.textBytes += text.length * 2 + CLASS_BYTES;
    return this.classes.push(parseAssetClass(text)) - 1;
  }
}
