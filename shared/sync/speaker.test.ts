import { describe, expect, it } from 'vitest';
import type { Intent, IntentAction, IntentBase, OutboxRow } from '../domain/intents';
import { asSpoken, type SpokenBy } from '../domain/speaker';
import { refOf } from '../testing/builders';
import { aReply, failing, OutboxWorld, take } from '../testing/outbox-world';

const MINUTE_MS = 60_000;
const base: IntentBase = { messageId: 'm1', version: '1', status: 'open', assigneeId: null };

/** Everybody signs in as agent-1. */
const ada: SpokenBy = { id: 'agent-7', name: 'Sample Ada', email: null, by: 'line' };
const boris: SpokenBy = { id: 'agent-8', name: 'Sample Boris', email: null, by: 'line' };
const typed: SpokenBy = { id: null, name: 'Sample Ada', email: null, by: 'line' };

const as = (speaker: SpokenBy): Partial<Intent> => ({ agentId: speaker.id ?? 'agent-1', speaker, base });
const says = (speaker: SpokenBy, text = 'Sample answer'): IntentAction => asSpoken(aReply(text), speaker);
const authors = (world: OutboxWorld): (string | null)[] =>
  world.backend.head('c1').messages.flatMap(({ kind, author }) => (kind === 'inbound' ? [] : [author.id]));
const texts = (world: OutboxWorld): string[] =>
  world.backend.performed.flatMap(({ operation: { action } }) => ('text' in action ? [action.text] : []));
const newKinds = (row: OutboxRow): string[] | undefined =>
  row.hold?.movement?.newMessages.map(({ kind }) => kind);

async function settle(world: OutboxWorld): Promise<void> {
  world.goOnline();
  await world.clock.advance(MINUTE_MS);
}

describe('two consoles under one shared credential', () => {
  /** Ada is cut off with a reply; Boris does something meanwhile. */
  async function apart(speaker = ada) {
    const first = new OutboxWorld();
    const second = new OutboxWorld({ beside: first });
    first.online = false;
    await take(first, 1, says(speaker), as(speaker));
    return { first, second };
  }

  it('hold the one reply when the other has answered, though both have the same author', async () => {
    const { first, second } = await apart();
    await take(second, 2, says(boris), as(boris));
    await settle(second);
    await settle(first);
    expect(authors(first)).toEqual(['agent-1']);
    expect(first.row(refOf(1))).toMatchObject({ state: 'held', hold: { kind: 'moved' } });
    expect(newKinds(first.row(refOf(1)))).toEqual(['reply']);
    expect(texts(first)).toEqual(['Sample answer\n\n— Sample Boris']);
  });

  it.each([
    ['of an agent whom the helpdesk lists', ada],
    ['of an agent whose name was typed', typed],
  ])("hold for the other's note, which has the same author: the reply %s", async (_whose, speaker) => {
    const { first, second } = await apart(speaker);
    await take(second, 2, { kind: 'note', text: 'Do not answer yet', files: [] }, as(boris));
    await settle(second);
    await settle(first);
    expect(newKinds(first.row(refOf(1)))).toEqual(['note']);
  });

  it("hold when the other took the conversation, also where everybody's is one id", async () => {
    for (const [speaker, owner] of [
      [ada, 'agent-8'],
      [typed, 'agent-1'],
    ] as const) {
      const { first, second } = await apart(speaker);
      await take(second, 2, { kind: 'assign', assigneeId: owner }, as(boris));
      await settle(second);
      await settle(first);
      expect(first.row(refOf(1)).hold?.movement?.assignee).toEqual({ from: null, to: owner });
    }
  });

  it('let a reply go over what its own console did, known by its reference', async () => {
    const world = new OutboxWorld();
    await take(world, 1, { kind: 'note', text: 'Mine', files: [] }, as(ada));
    await take(world, 2, { kind: 'assign', assigneeId: 'agent-7' }, as(ada));
    await take(world, 3, says(ada), as(ada));
    await take(world, 4, says(ada, 'One more'), as(ada));
    await settle(world);
    expect(world.outbox.rows().map(({ state }) => state)).toEqual(Array(4).fill('accepted'));
  });
});

describe('the author that a helpdesk is told', () => {
  const named: SpokenBy = { ...ada, by: 'author' };

  it('is the one who spoke when the reply was decided, with nothing under the text', async () => {
    const world = new OutboxWorld({ authors: 'named' });
    await take(world, 1, says(named), as(named));
    await settle(world);
    const row = world.row(refOf(1));
    expect([authors(world), texts(world)]).toEqual([['agent-7'], ['Sample answer']]);
    expect([row.state, row.leftAs]).toEqual(['accepted', undefined]);
  });

  it('is told to be another, where the server stored another, and nothing is sent again', async () => {
    const world = new OutboxWorld({ authors: 'ignored' });
    await take(world, 1, says(named), as(named));
    await settle(world);
    expect(world.row(refOf(1))).toMatchObject({ state: 'accepted', leftAs: 'Sample Agent' });
    expect(world.row(refOf(1)).evidence.at(-1)?.note).toBe('the server took it under another name');
    await world.pullThread('c1');
    await world.clock.advance(10 * MINUTE_MS);
    expect(world.row(refOf(1))).toMatchObject({ state: 'delivered', leftAs: 'Sample Agent' });
    expect(world.backend.performed).toHaveLength(1);
  });

  it('is compared when the answer was lost and the feed brings the reply', async () => {
    const world = new OutboxWorld({ authors: 'ignored', fault: failing('perform', 'commit-drop') });
    await take(world, 1, says(named), as(named));
    await world.clock.advance(100);
    await world.pullThread('c1');
    await world.clock.advance(10);
    expect(world.row(refOf(1))).toMatchObject({ state: 'delivered', leftAs: 'Sample Agent' });
    expect(world.row(refOf(1)).evidence.at(-1)?.note).toBe('seen in the feed under another name');
    await world.clock.advance(10 * MINUTE_MS);
    expect(world.backend.performed).toHaveLength(1);
  });

  it('is never left out: where it cannot be told any more, the reply stays', async () => {
    const world = new OutboxWorld();
    await take(world, 1, says(named), as(named));
    await settle(world);
    expect(world.row(refOf(1))).toMatchObject({ state: 'parked', reason: { kind: 'refused-by-server' } });
    expect(world.backend.performed).toEqual([]);
  });
});
