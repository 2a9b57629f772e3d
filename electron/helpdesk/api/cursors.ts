/**
 * Places in a list, as this helpdesk hands them out. A place is good as long as the past it was made
 * in is still this helpdesk's past: after a restored backup it is not, even when the revisions have
 * grown beyond it again, and whoever follows the feeds must begin anew.
 *
 *   life A ├──────────┤            cursor "A at 40": good
 *   life B            ├─── 60      restored from a backup taken at 50:
 *   life C          50├──────▶     "B at 60" is refused, "B at 49" and "A at 40" are not
 */
import { DeskError } from '../desk/desk-error';
import type { Life } from '../store/data-folder';

export class Cursors {
  /** Up to which revision what a life told still counts. */
  private readonly endOf = new Map<string, number>();
  private readonly current: string;

  /**
   * @param lives every start of this folder, oldest first; the last one is this run
   * @param revision the newest durable revision
   */
  constructor(
    lives: readonly Life[],
    private readonly revision: () => number,
  ) {
    let end = Infinity;
    for (const { id, from } of [...lives].reverse()) {
      this.endOf.set(id, end);
      end = Math.min(end, from);
    }
    this.current = lives.at(-1)?.id ?? '';
  }

  write(feed: string, position: number): string {
    return Buffer.from(`2.${this.current}.${this.revision()}.${feed}.${position}`).toString('base64url');
  }

  /** @throws DeskError 400 `bad_cursor` */
  read(feed: string, cursor: string | undefined, newest: number): number {
    if (cursor === undefined) return 0;
    const text = Buffer.from(cursor, 'base64url').toString();
    const [, life, madeAt, name, position] = /^2\.(\w+)\.(\d+)\.([\w-]+)\.(\d+)$/u.exec(text) ?? [];
    const end = Math.min(this.endOf.get(life ?? '') ?? -1, this.revision());
    if (name === feed && Number(madeAt) <= end && Number(position) <= newest) return Number(position);
    throw new DeskError(
      400,
      'bad_cursor',
      'This cursor was not made by this helpdesk as it is now. Begin again without a cursor.',
    );
  }
}
