/** One computer of an agent, put together: machine, link, host and pages. */
import type { BackendDescriptor } from '../../backends/port';
import type { OutboxRow } from '../../domain/intents';
import type { Decisions } from './decisions';
import { Draws } from './draws';
import type { Judge } from './judge';
import { Machine } from './machine';
import type { Setting } from './plan';
import type { Parts } from './protections';
import { SimHost } from './sim-host';
import { SimLink } from './sim-link';
import { SimPage } from './sim-page';
import type { SimServer } from './sim-server';
import { FEEDS } from './sim-server-store';
import type { SimTime } from './sim-time';

export interface Console {
  name: string;
  /** First part of the references made here; a copied profile has that of the one it was copied from. */
  installId: string;
  machine: Machine;
  link: SimLink;
  host: SimHost;
  pages: SimPage[];
}

/** What a console stands in. */
export interface Surroundings {
  plan: Setting;
  parts: Parts;
  time: SimTime;
  server: SimServer;
  judge: Judge;
  decisions: Decisions;
  files: ReadonlyMap<string, Uint8Array>;
  /** Whether requests to the door go wrong. */
  faulty(): boolean;
  tell(line: string): void;
}

/** @param copyOf whose profile it was copied from, as that lies on its disk now */
export function newConsole(
  number: number,
  world: Surroundings,
  draws: Draws,
  copyOf: Console | null = null,
): Console {
  const { plan, parts, time, server, judge, decisions, files, tell } = world;
  const { tier, settleMs, lagMs, sweeps } = plan;
  const more = (): Draws => new Draws(draws.int(0, 2 ** 31));
  const name = `${number + 1}`.repeat(8);
  const installId = copyOf?.installId ?? name;
  const machine = new Machine(time, draws.int(-120_000, 120_000));
  const link = new SimLink({ time, server, machine, name, habits: plan.link, draws: more() });
  const descriptor: BackendDescriptor = parts.descriptor({
    id: 'simulated',
    name: 'Simulated helpdesk',
    signIn: [],
    addressExample: 'https://simulated.invalid',
    statusWords: { new: 'new', open: 'open', pending: 'pending', resolved: 'resolved', closed: 'closed' },
    tier,
    settleMs,
    supports: {
      note: true,
      priority: true,
      tags: true,
      attachments: true,
      push: plan.link.push,
      idSweep: sweeps,
      maxAttachmentBytes: 1_000,
    },
    ...(lagMs > 0 ? { overlapMs: lagMs } : {}),
    feeds: FEEDS,
  });
  const pages: SimPage[] = [];
  const host = new SimHost({
    name,
    machine,
    link,
    descriptor,
    parts,
    draws: more(),
    files,
    onJournal: (rows) => judge.found(name, rows),
    onRow: (row) => {
      tell(`row ${row.intent.ref} ${row.state} r${row.revision} ${row.evidence.at(-1)?.note}`);
      judge.shown(name, row, time.now);
    },
    onChanges: () => time.after(2, () => pages.forEach((page) => page.follow())),
  });
  const rows = (): readonly OutboxRow[] => host.rows() ?? [];
  link.onLeaving = (leaving) => {
    tell(`${leaving.machine} ${leaving.call} ${leaving.operation?.ref ?? ''}`);
    judge.leaving(leaving, time.now, rows);
  };
  for (let n = 1; n <= plan.pages; n += 1) {
    pages.push(
      new SimPage({
        name: `${name} page ${n}`,
        machine,
        host,
        console: name,
        installId,
        decisions,
        draws: more(),
        parts,
        lookUp: (ref) => server.idOf(ref),
        faulty: world.faulty,
      }),
    );
  }
  if (copyOf !== null) {
    host.copyFrom(copyOf.host, more());
    pages.forEach((page, n) => page.copyFrom(copyOf.pages[n] ?? page));
  }
  return { name, installId, machine, link, host, pages };
}
