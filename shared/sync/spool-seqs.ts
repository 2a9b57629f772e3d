/**
 * Which seqs a spool has given out, and the file `sound` that says so without its log. A log that lost
 * its end between two lines looks whole, so what it says of its newest seq proves nothing:
 *
 *   block 0          block 1          block 2            one block for each opening, or more
 *   1 2 3 4 · · ·    │ 1001 1002 ✂ · · │ 2001 2002 …      ✂: the end that was lost here
 *                                  └ given out once, never again: a page that stands here is not known
 *
 * The file names a block before the first of its seqs is used, so no seq is ever given out twice. It is
 * there only while the spool is whole: taken away before anything is repaired, because that needs no
 * room, and a full disk must not make a repaired spool look like one that was well.
 */
import type { FileSystem } from '../storage/file-system';
import { decodeFrame, encodeFrame } from '../storage/record-frame';

/** More than most openings use; small, so that seqs stay small numbers for years. */
export const BLOCK_SEQS = 2 ** 20;
/** Stays when an account is removed, for the case that it comes back. */
export const SOUND = 'sound';

export class SpoolSeqs {
  /** The newest seq of the log; 0 when it is empty. */
  newest = 0;
  readonly #fs: FileSystem;
  readonly #path: string;
  readonly #blockSeqs: number;
  /** The block whose seqs are given out. */
  #block = 0;
  /** The block that the file names; `null`: it is not there. */
  #named: number | null = null;
  /** A row went bad: the file must not come back before all was pulled again. */
  #spoilt = false;
  /** The newest seq of each block that the log knows. */
  readonly #ends = new Map<number, number>();

  constructor(fs: FileSystem, folder: string, blockSeqs = BLOCK_SEQS) {
    this.#fs = fs;
    this.#path = `${folder}/${SOUND}`;
    this.#blockSeqs = blockSeqs;
  }

  /** Takes the file away; false when it was not there or not whole, so nobody knows what happened before. */
  async begin(): Promise<boolean> {
    const bytes = await this.#fs.read(this.#path);
    const frame = bytes && decodeFrame(bytes.subarray(0, -1), this.#path);
    await this.#fs.remove(this.#path);
    if (!frame) return false;
    this.#block = (frame.record as { block: number }).block + 1;
    return true;
  }

  /** The log is whole now. Without room for the file the next opening pulls everything again. */
  async markSound(): Promise<void> {
    if (this.#spoilt) return;
    this.#block = Math.max(this.#block, this.newest === 0 ? 0 : this.#blockOf(this.newest) + 1);
    await this.#name(this.#block).catch(() => undefined);
  }

  /** A row turned out damaged: until the next opening has repaired that, nothing is called sound. */
  async spoil(): Promise<void> {
    this.#spoilt = true;
    await this.#fs.remove(this.#path);
    this.#named = null;
  }

  /** The seq before the next `count` ones, which nobody was given before. */
  async reserve(count: number): Promise<number> {
    const from = Math.max(this.newest, this.#block * this.#blockSeqs);
    const block = this.#blockOf(from + count);
    if (this.#named !== null && block > this.#named) await this.#name(block);
    this.#block = block;
    return from;
  }

  /** A seq stands in the log. */
  saw(seq: number): void {
    this.newest = Math.max(this.newest, seq);
    const block = this.#blockOf(seq);
    if (seq > (this.#ends.get(block) ?? 0)) this.#ends.set(block, seq);
  }

  /** Whether the log reaches as far as it did when this seq was given out. */
  knows(seq: number): boolean {
    return seq === 0 || seq <= (this.#ends.get(this.#blockOf(seq)) ?? 0);
  }

  /** The newest seq of each block, for {@link saw}, where the rows that bore them are dropped. */
  get ends(): number[] {
    return [...this.#ends.values()];
  }

  async #name(block: number): Promise<void> {
    await this.#fs.replace(this.#path, encodeFrame({ block }));
    // A row that turned out damaged meanwhile.
    if (this.#spoilt) await this.spoil();
    else this.#named = block;
  }

  #blockOf(seq: number): number {
    return Math.floor(seq / this.#blockSeqs);
  }
}
