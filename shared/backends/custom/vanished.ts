/**
 * Lists that are read whole: what stood in the reading before and stands in this one no longer is gone.
 * Only of agents and saved replies, whose lists are of all there are; a list of conversations is often one
 * of the open ones, and a sweep is what tells of those that vanished.
 */
import { z } from 'zod';
import { goneChange } from '../changes';
import type { Asker, RawPage } from '../rest-definition';
import type { ReadThing } from './entries';

/** A page of things that were read already. */
export interface ThingPage extends RawPage {
  rows: readonly ReadThing[];
}
type ReadPage = (ask: Asker, cursor: string | null) => Promise<ThingPage>;

const KINDS = ['agent', 'savedReply'] as const;
/** Longer lists are not compared: every page would carry all their ids. */
const MOST_IDS = 2_000;

const ids = z.array(z.tuple([z.enum(KINDS), z.string()]));
const position = z.object({
  /** The list's own cursor. */
  at: z.string(),
  /** What stood in the reading before; `null`: not known. */
  before: ids.nullable(),
  /** What this reading has brought; `null`: something in it could not be told by its id. */
  now: ids.nullable(),
});
type Position = z.infer<typeof position>;

/** The same pages; the last one of a reading also tells what is gone. */
export function withVanished(page: ReadPage): ReadPage {
  return async (ask, cursor) => {
    const from = cursor === null ? null : positionOf(cursor);
    const found = await page(ask, from?.at ?? null);
    // It is not time to read it again.
    if (from !== null && found.cursor === from.at) return { ...found, cursor: textOf(from) };
    const now = joined(from?.now ?? null, from === null || from.now !== null, found.rows);
    const before = from?.before ?? null;
    if (found.more) return { ...found, cursor: textOf({ at: found.cursor, before, now }) };
    const still = new Set(now?.map(keyOf));
    const gone = now === null ? [] : (before ?? []).filter((one) => !still.has(keyOf(one)));
    const rows = [...found.rows, ...gone.map(([kind, id]) => goneThing(kind, id))];
    return { ...found, rows, cursor: textOf({ at: found.cursor, before: now ?? before, now: [] }) };
  };
}

type Known = [kind: (typeof KINDS)[number], id: string];

function joined(known: Known[] | null, isWhole: boolean, things: readonly ReadThing[]): Known[] | null {
  // What is broken may be any of those that seem to be missing.
  if (!isWhole || things.some(({ problem }) => problem !== null)) return null;
  const read = things.flatMap(({ change }): Known[] => {
    const kind = KINDS.find((one) => one === change?.kind);
    return kind === undefined || change === null || change.row === null ? [] : [[kind, change.id]];
  });
  const all = [...(known ?? []), ...read];
  return all.length > MOST_IDS ? null : all;
}

function positionOf(cursor: string): Position {
  // Kept by a version that compared nothing.
  if (!cursor.startsWith('{')) return { at: cursor, before: null, now: cursor.includes(' ') ? null : [] };
  return position.parse(JSON.parse(cursor));
}

function textOf(at: Position): string {
  return JSON.stringify(at);
}

function keyOf([kind, id]: Known): string {
  return `${kind} ${id}`;
}

function goneThing(kind: Known[0], id: string): ReadThing {
  return { id, change: goneChange(kind, id), age: null, problem: null, told: new Set() };
}
