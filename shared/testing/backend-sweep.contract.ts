/** The part of the backend contract for backends that can list all that exists. */
import { expect } from 'vitest';
import type { Backend, IdPage, SweepPort } from '../backends/port';
import type { Change, EntityKind } from '../domain/entities';
import { conversationOf, given, missing, readAll, signal, type ContractCase } from './contract-kit';

function sweepOf(backend: Backend): SweepPort {
  if (backend.sweep === undefined) throw new Error('It claims a sweep of ids and has none.');
  return backend.sweep;
}

/** Every id of a kind; `between` runs after each page but the last, `ages` takes what is told with them. */
async function listIds(
  backend: Backend,
  kind: EntityKind,
  between: () => Promise<void> = () => Promise.resolve(),
  ages = new Map<string, number | null>(),
): Promise<Set<string>> {
  for (let cursor: string | null = null; ;) {
    const page: IdPage = await sweepOf(backend).ids(kind, cursor, signal);
    for (const { id, age } of page.ids) ages.set(id, age);
    if (page.next === null) return new Set(ages.keys());
    cursor = page.next;
    await between();
  }
}

export const SWEEP_CASES: readonly ContractCase[] = [
  {
    title: 'lists the ids of all that its feeds show and nothing else, whatever changes meanwhile',
    needs: ['idSweep', 'remove'],
    async run(harness, { smallestPage }) {
      const backend = harness.connect({ pageSize: smallestPage });
      const remove = given(harness.remove?.bind(harness), 'remove');
      const ids: string[] = [];
      for (let n = 0; n < 2 * smallestPage + 1; n += 1) ids.push(await harness.customerWrites(`Listed ${n}`));
      await remove(ids[0] ?? '');
      for (const kind of sweepOf(backend).kinds) {
        const listed = await listIds(backend, kind);
        const live = new Map(
          (await readAll(backend)).changes
            .filter((change) => change.kind === kind)
            .map(({ id, row }) => [id, row]),
        );
        const shown = [...live].filter(([, row]) => row !== null).map(([id]) => id);
        expect([...listed].sort()).toEqual(shown.sort());
      }
      let pages = 0;
      const seen = await listIds(backend, 'conversation', async () => {
        pages += 1;
        if (pages === 1) await harness.customerAnswers(ids.at(-1) ?? '', 'Moves while it is listed');
        if (pages === 2) await remove(ids[1] ?? '');
      });
      expect(pages).toBeGreaterThan(2);
      expect(ids.slice(2).filter((id) => !seen.has(id))).toEqual([]);
    },
  },
  {
    title: 'gives rows by id as its feeds do, and says of each that is gone that it is',
    needs: ['idSweep', 'remove', 'merge'],
    async run(harness) {
      const backend = harness.connect();
      const none = missing(harness, 'conversation');
      const [stays, gone, merged] = [
        await harness.customerWrites('Stays'),
        await harness.customerWrites('Goes'),
        await harness.customerWrites('Is merged'),
      ];
      await given(harness.remove?.bind(harness), 'remove')(gone);
      await given(harness.merge?.bind(harness), 'merge')(merged, stays);
      const asked = [stays, gone, merged, none];
      const { changes, ages, rejected } = await sweepOf(backend).rows('conversation', asked, signal);
      expect(rejected).toEqual([]);
      expect(changes.map(({ id }) => id).sort()).toEqual([...asked].sort());
      const of = (id: string): Change | undefined => changes.find((change) => change.id === id);
      expect(of(stays)?.row).toEqual(await conversationOf(backend, stays));
      expect([gone, merged, none].map((id) => [of(id)?.row, of(id)?.movedTo])).toEqual([
        [null, null],
        [null, stays],
        [null, null],
      ]);
      const listed = new Map<string, number | null>();
      await listIds(backend, 'conversation', () => Promise.resolve(), listed);
      expect(ages?.[changes.findIndex(({ id }) => id === stays)] ?? null).toBe(listed.get(stays));
    },
  },
];
