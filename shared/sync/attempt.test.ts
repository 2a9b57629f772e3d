import { describe, expect, it } from 'vitest';
import type { IntentAction } from '../domain/intents';
import { refOf } from '../testing/builders';
import type { Fault } from '../testing/fake-backend';
import { OutboxWorld, take } from '../testing/outbox-world';

const MINUTE_MS = 60_000;

describe('files', () => {
  const bytes = new Uint8Array([1, 2, 3]);
  const file = { hash: 'a'.repeat(64), name: 'sample.bin', mediaType: 'application/octet-stream', size: 3 };
  const withFile = (parts: Partial<typeof file> = {}): IntentAction => ({
    kind: 'reply',
    text: 'See the file',
    files: [{ ...file, ...parts }],
    statusAfter: null,
  });

  it('go first and are named in the message; a failed upload is repeated, a done one is not', async () => {
    const faults: Record<string, Fault[]> = { upload: ['drop'], perform: ['drop'] };
    const world = new OutboxWorld({
      files: { [file.hash]: bytes },
      fault: (call) => faults[call]?.shift() ?? 'none',
    });
    await take(world, 1, withFile());
    await world.clock.advance(MINUTE_MS);
    const key = `${refOf(1)}.0`;
    expect(world.backend.calls).toEqual([
      `upload ${key}`,
      `upload ${key}`,
      `perform ${refOf(1)}`,
      `findByRef ${refOf(1)}`,
      `perform ${refOf(1)}`,
    ]);
    expect(world.backend.performed[0]?.operation.uploadIds).toEqual([`upload:${key}`]);
    expect(world.backend.uploads.get(key)).toEqual(bytes);
  });

  it('are not sent again after a restart, and again only when the agent resends a refused message', async () => {
    const faults: Record<string, Fault[]> = { perform: ['drop', 'invalid'] };
    const world = new OutboxWorld({
      tier: 'T2',
      files: { [file.hash]: bytes },
      fault: (call) => faults[call]?.shift() ?? 'none',
    });
    await take(world, 1, withFile());
    await world.clock.advance(30);
    world.crash();
    await world.clock.advance(1_000);
    world.start();
    await world.clock.advance(MINUTE_MS);
    const uploads = () => world.backend.calls.filter((call) => call.startsWith('upload'));
    expect(world.row(refOf(1)).state).toBe('parked');
    expect(uploads()).toHaveLength(1);
    const resent = world.outbox.resend(refOf(1));
    await world.clock.advance(MINUTE_MS);
    await resent;
    expect(world.row(refOf(1)).state).toBe('accepted');
    expect(uploads()).toHaveLength(2);
  });

  it('go up again when they waited longer than the helpdesk keeps them, and not before', async () => {
    const faults: Fault[] = ['drop'];
    const world = new OutboxWorld({
      tier: 'T2',
      uploadLifeMs: 60 * MINUTE_MS,
      files: { [file.hash]: bytes },
      fault: (call) => (call === 'perform' ? (faults.shift() ?? 'none') : 'none'),
    });
    const uploads = () => world.backend.calls.filter((call) => call.startsWith('upload')).length;
    await take(world, 1, withFile());
    await world.clock.advance(30);
    world.crash();
    await world.clock.advance(20 * MINUTE_MS);
    world.online = false;
    world.start();
    expect(uploads()).toBe(1);
    await world.clock.advance(90 * MINUTE_MS);
    world.online = true;
    world.outbox.wake('a1');
    await world.clock.advance(MINUTE_MS);
    expect(world.row(refOf(1)).state).toBe('accepted');
    expect(uploads()).toBe(2);
    expect(world.backend.performed).toHaveLength(1);
  });

  it.each([
    ['is missing', {}, {}, 'file-missing'],
    ['has another size than the agent added', { size: 2 }, { ['a'.repeat(64)]: bytes }, 'file-missing'],
    ['is too large for the helpdesk', { size: 2_000 }, { ['a'.repeat(64)]: bytes }, 'refused-by-server'],
  ] as const)('park the message when one %s', async (_title, parts, files, reason) => {
    const world = new OutboxWorld({ files });
    await take(world, 1, withFile(parts));
    await world.clock.advance(MINUTE_MS);
    expect(world.row(refOf(1))).toMatchObject({ state: 'parked', reason: { kind: reason } });
    expect(world.backend.performed).toEqual([]);
  });
});
