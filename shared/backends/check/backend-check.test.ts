/** The check on every simulator, and on backends that lie in one thing each. */
import { describe, expect, it } from 'vitest';
import { harnessOf, type VendorSimulator } from '../../testing/vendor-kit';
import { SIMULATORS } from '../../testing/vendors/simulators';
import { neverRefusing } from '../../testing/tampered-http';
import { BackendError } from '../backend-error';
import type { RestDefinition } from '../rest-definition';
import { checkBackend, type BackendCheckOptions, type CheckLine } from './backend-check';

async function openFirst(): Promise<VendorSimulator> {
  const [open] = Object.values(SIMULATORS);
  if (open === undefined) throw new Error('There is no simulator.');
  return open();
}

async function check(
  simulator: VendorSimulator,
  options: Partial<BackendCheckOptions> = {},
): Promise<CheckLine[]> {
  await simulator.keepsSavedReply?.('A checked title', 'A checked text');
  const harness = harnessOf(simulator);
  return checkBackend({
    name: 'sample',
    connect: (how) => harness.connect(how),
    clock: simulator.clock,
    signal: new AbortController().signal,
    write: true,
    patienceMs: 60_000,
    others: {
      create: (text) => harness.customerWrites(text),
      remove: harness.remove?.bind(harness),
      merge: harness.merge?.bind(harness),
    },
    lacks: simulator.lacks ?? {},
    words: (step) => (step.ok ? '' : `${step.problem} ${step.detail}`),
    ...options,
  });
}

const failed = (lines: readonly CheckLine[]): string[] =>
  lines.filter(({ result }) => result === 'fail').map(({ capability }) => capability);

/** The first simulator's definition with a part of it told wrongly. */
async function lying(lie: (honest: RestDefinition) => Partial<RestDefinition>): Promise<CheckLine[]> {
  const simulator = await openFirst();
  const { definition } = simulator;
  return check(
    Object.assign(Object.create(simulator) as VendorSimulator, {
      definition: { ...definition, ...lie(definition) },
    }),
  );
}

describe('the check of a backend', () => {
  it('shows no key that the server repeats, in no line of what it tells', async () => {
    const { signIn } = await openFirst();
    const whoAmI = () =>
      Promise.reject(
        new BackendError(
          'nonsense',
          `No id in {"key":"${signIn.token}","again":"${signIn.token.slice(0, 9)}…"}`,
        ),
      );
    const told = JSON.stringify(await lying(() => ({ whoAmI })));
    expect(told).toContain('No id in');
    expect(told).toContain('…');
    expect(told).not.toContain(signIn.token.slice(0, 9));
  });

  it.each(Object.keys(SIMULATORS))('finds no fault with %s on its simulator', async (id) => {
    const open = SIMULATORS[id];
    const lines = open === undefined ? [] : await check(await open());
    expect(lines.filter(({ result }) => result === 'fail')).toEqual([]);
    const passed = lines.filter(({ result }) => result === 'pass').map(({ capability }) => capability);
    expect(passed).toEqual(expect.arrayContaining(['signIn', 'read', 'reply', 'note', 'delta', 'tier']));
    for (const { result, reason } of lines) if (result === 'absent') expect(reason).toMatch(/\w{3}/);
  });

  it('tells each thing once', async () => {
    const names = (await check(await openFirst())).map(({ capability }) => capability);
    expect(new Set(names).size).toBe(names.length);
  });

  it('writes nothing unless it may, and does not call that a pass', async () => {
    const simulator = await openFirst();
    await harnessOf(simulator).customerWrites('A sample question');
    let written = 0;
    const perform: RestDefinition['perform'] = (...wanted) => {
      written += 1;
      return simulator.definition.perform(...wanted);
    };
    const definition = { ...simulator.definition, perform };
    const reading = Object.assign(Object.create(simulator) as VendorSimulator, { definition });
    const lines = await check(reading, { write: false });
    expect(written).toBe(0);
    expect(failed(lines)).toEqual([]);
    const of = (name: string): string | undefined =>
      lines.find(({ capability }) => capability === name)?.result;
    expect([of('history'), of('reply'), of('tier')]).toEqual(['pass', 'absent', 'absent']);
  });

  it('stops at the sign-in of a stranger, also where the server says yes to any key', async () => {
    const simulator = await openFirst();
    const harness = harnessOf(simulator);
    const stranger = (wrap = (http: Parameters<ReturnType<typeof neverRefusing>>[0]) => http) =>
      check(simulator, {
        connect: (how) => harness.connect({ stranger: true, wrap: (http) => how.wrap(wrap(http)) }),
      });
    expect(failed(await stranger())).toEqual(['signIn']);
    expect((await stranger(neverRefusing({}))).at(-1)?.result).toBe('fail');
  });
});

describe('a backend that lies', () => {
  const performing =
    (lie: (kind: string) => boolean, instead: (honest: RestDefinition) => RestDefinition['perform']) =>
    (honest: RestDefinition): Partial<RestDefinition> => ({
      perform: (ask, operation) =>
        (lie(operation.action.kind) ? instead(honest) : honest.perform)(ask, operation),
    });
  const nothing = () => () => Promise.resolve({ serverId: 'done', conversation: null });

  it.each<[string, string, (honest: RestDefinition) => Partial<RestDefinition>]>([
    [
      'note',
      'mails its notes',
      performing(
        (kind) => kind === 'note',
        (honest) => (ask, operation) => {
          const text = operation.action.kind === 'note' ? operation.action.text : '';
          const action = { kind: 'reply', text, files: [], statusAfter: null } as const;
          return honest.perform(ask, { ...operation, action });
        },
      ),
    ],
    ['status', 'does not change the status', performing((kind) => kind === 'status', nothing)],
    ['assignee', 'does not assign', performing((kind) => kind === 'assign', nothing)],
    ['tags', 'does not tag', performing((kind) => kind === 'tags', nothing)],
    ['reply', 'does not reply', performing((kind) => kind === 'reply', nothing)],
    ['tier', 'never finds what it sent', () => ({ findByRef: () => Promise.resolve(null) })],
    [
      'history',
      'turns its history round',
      ({ history }) => ({
        history: {
          ...history,
          async page(...wanted) {
            const { rows, before } = await history.page(...wanted);
            return { rows: [...rows, ...rows], before };
          },
        },
      }),
    ],
    [
      'attachmentsIn',
      'brings other bytes',
      () => ({
        download: () =>
          Promise.resolve(
            (async function* () {
              await Promise.resolve();
              yield new Uint8Array(5_000);
            })(),
          ),
      }),
    ],
    [
      'tags',
      'leaves tags out and does not say why',
      ({ descriptor }) => ({
        descriptor: { ...descriptor, supports: { ...descriptor.supports, tags: false } },
      }),
    ],
    [
      'note',
      'has no notes and says why: they are a must-have',
      ({ descriptor }) => ({
        descriptor: {
          ...descriptor,
          supports: { ...descriptor.supports, note: false },
          lacks: { ...descriptor.lacks, note: 'The vendor has no notes.' },
        },
      }),
    ],
  ])('%s fails when it %s', async (capability, _how, lie) => {
    expect(failed(await lying(lie))).toContain(capability);
  });
});
