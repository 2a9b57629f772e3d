/** Small spools on a disk in memory, and what to put into them. */
import type { Change } from '../domain/entities';
import { openSpool, type Spool } from '../sync/spool';
import type { LightConversation, SpooledChange } from '../sync/spool-records';
import { aConversation, aMessage } from './builders';
import type { MemoryFileSystem } from './memory-file-system';

export const folder = 'data/spool/a1';
let epochs = 0;

export async function open(
  fs: MemoryFileSystem,
  light = new Map<string, LightConversation | null>(),
): Promise<Spool> {
  return openSpool({
    fs,
    folder,
    segmentBytes: 1_500,
    newEpoch: () => `epoch-${++epochs}`,
    onConversation: (id, row) => light.set(id, row),
  });
}

export function conversation(id: string, subject: string): Change {
  return { kind: 'conversation', id, row: aConversation({ id, subject }), movedTo: null };
}
export function message(id: string, text: string): Change {
  return { kind: 'message', id, row: aMessage({ id, body: { type: 'text', content: text } }), movedTo: null };
}

export async function readAll(spool: Spool, after = 0, limit = 3): Promise<SpooledChange[]> {
  const all: SpooledChange[] = [];
  for (;;) {
    const page = await spool.read(after, limit);
    all.push(...page.changes);
    after = page.seq;
    if (!page.more) return all;
  }
}
export const texts = (changes: readonly SpooledChange[]): string[] =>
  changes.map((change) =>
    change.row === null ? `${change.kind} ${change.id} gone` : `${change.kind} ${change.id}`,
  );
