/**
 * One seeded world from its first conversation to its judgement.
 *
 *   agents ─▶ page ─door─▶ host: outbox, journal, spool, puller ─link─▶ server ◀─ customers, colleagues
 *               ▲            │ disk (torn when killed)                    │
 *               └─ spool ◀───┴──────────── feeds ◀────────────────────────┘
 *
 * In `safety` mode the world is judged while faults still happen; in `liveness` mode they end, and
 * everything has to come to rest first.
 */
import type { BackendDescriptor } from '../../backends/port';
import type { IntentAction, OutboxRow, UploadedFile } from '../../domain/intents';
import { Decisions, textOf } from './decisions';
import { Draws } from './draws';
import { Judge, type Breach } from './judge';
import { Machine } from './machine';
import { planOf, type Plan, type Step } from './plan';
import { partsWithout, type Parts } from './protections';
import { SimHost } from './sim-host';
import { SimLink } from './sim-link';
import { SimPage } from './sim-page';
import { FEEDS, SimServer } from './sim-server';
import { SimTime } from './sim-time';

export type Mode = 'safety' | 'liveness';

export interface SimulationOptions {
  seed: number;
  mode: Mode;
  /** A protection to do without. */
  without: string | null;
  /** Told everything that happens, one line each. */
  onEvent?(line: string): void;
}

export interface SimulationResult {
  seed: number;
  intents: number;
  crashes: number;
  breaches: readonly Breach[];
}

/** The longest that a healed world may take to come to rest. */
const REST_WITHIN_MS = 30 * 60_000;
/** At rest is what stays at rest for so long. */
const RESTS_FOR_MS = 1_000;
const LOOK_MS = 200;
const TICK_MS = 5_000;
/** How often an agent looks after what waits, once all is well. */
const ANSWER_MS = 9_000;
const STATUSES = ['open', 'pending', 'resolved'] as const;
const PRIORITIES = ['low', 'high', 'urgent'] as const;
const FILE = { hash: 'a'.repeat(64), name: 'sample.txt', mediaType: 'text/plain', size: 5 };
/** Rows in these states wait for nobody, or for a person who has decided to leave them. */
const AT_REST: ReadonlySet<OutboxRow['state']> = new Set([
  'delivered',
  'discarded',
  'superseded',
  'parked',
  'bounced',
]);

/** Plays a seed. Never rejects for what the product does. */
export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  return new World(options).play();
}

interface Console {
  name: string;
  machine: Machine;
  link: SimLink;
  host: SimHost;
  pages: SimPage[];
  /** Rows as they were last seen, for judging while the host is down. */
  lastRows: readonly OutboxRow[];
}

class World {
  readonly #options: SimulationOptions;
  readonly #plan: Plan;
  readonly #parts: Parts;
  readonly #time: SimTime;
  readonly #chance: Draws;
  readonly #server: SimServer;
  readonly #decisions = new Decisions();
  readonly #judge: Judge;
  readonly #consoles: Console[] = [];
  #faulty = true;
  #crashes = 0;

  constructor(options: SimulationOptions) {
    const { seed, without } = options;
    const stream = (part: number): Draws => new Draws(seed * 16 + part);
    this.#options = options;
    this.#plan = planOf(stream(0));
    this.#parts = partsWithout(without);
    this.#time = new SimTime(stream(1));
    this.#chance = stream(2);
    const { tier, pageRows, lagMs } = this.#plan;
    this.#server = new SimServer(
      { tier, pageRows, lagMs, remembersKeys: this.#parts.remembersKeys },
      () => this.#time.now,
      stream(10),
    );
    this.#judge = new Judge(this.#decisions, this.#server);
    this.#server.onCommit = (commit, wasThere) => {
      this.#tell(`server did ${commit.ref} as ${commit.serverId}${wasThere ? ' AGAIN' : ''}`);
      this.#judge.committed(commit, wasThere);
    };
    for (let n = 0; n < this.#plan.machines; n += 1) this.#consoles.push(this.#newConsole(n, stream(3 + n)));
    this.#server.onChange = (afterMs) => {
      for (const { link } of this.#consoles) link.hint(afterMs);
    };
  }

  async play(): Promise<SimulationResult> {
    const { conversations, steps, faultsUntil } = this.#plan;
    for (let n = 0; n < conversations; n += 1) this.#server.customerOpens(n % 3 === 2 ? 'chat' : 'email');
    for (const { host, pages } of this.#consoles) {
      host.start();
      for (const page of pages) this.#keepTicking(page);
    }
    for (const { at, step } of steps) this.#time.after(at, () => this.#play(step));
    await this.#time.run(faultsUntil);
    if (this.#options.mode === 'liveness') await this.#rest();
    this.#pronounce();
    return {
      seed: this.#options.seed,
      intents: this.#decisions.all.length,
      crashes: this.#crashes,
      breaches: this.#judge.breaches,
    };
  }

  #newConsole(number: number, draws: Draws): Console {
    const parts = this.#parts;
    const installId = `${number + 1}`.repeat(8);
    const machine = new Machine(this.#time, draws.int(-120_000, 120_000));
    const { tier, settleMs, lagMs, sweeps, link: habits } = this.#plan;
    const link = new SimLink({
      time: this.#time,
      server: this.#server,
      machine,
      name: installId,
      habits,
      draws: new Draws(draws.int(0, 2 ** 31)),
    });
    const descriptor: BackendDescriptor = parts.descriptor({
      id: 'simulated',
      name: 'Simulated helpdesk',
      tier,
      settleMs,
      supports: {
        note: true,
        priority: true,
        tags: true,
        attachments: true,
        push: habits.push,
        idSweep: sweeps,
        maxAttachmentBytes: 1_000,
      },
      ...(lagMs > 0 ? { overlapMs: lagMs } : {}),
      feeds: FEEDS,
    });
    const made: Console = {
      name: installId,
      machine,
      link,
      pages: [],
      lastRows: [],
      host: new SimHost({
        name: installId,
        machine,
        link,
        descriptor,
        parts,
        draws: new Draws(draws.int(0, 2 ** 31)),
        files: new Map([[FILE.hash, new Uint8Array(FILE.size)]]),
        onJournal: (rows) => {
          made.lastRows = rows;
          this.#judge.found(installId, rows);
        },
        onRow: (row) => {
          this.#tell(`row ${row.intent.ref} ${row.state} r${row.revision} ${row.evidence.at(-1)?.note}`);
          this.#judge.shown(row, this.#time.now);
        },
        onChanges: () => this.#time.after(2, () => made.pages.forEach((page) => page.follow())),
      }),
    };
    link.onLeaving = (leaving) => {
      this.#tell(`${leaving.machine} ${leaving.call} ${leaving.operation?.ref ?? ''}`);
      this.#judge.leaving(leaving, this.#time.now, () => made.host.rows() ?? []);
    };
    for (let n = 0; n < this.#plan.pages; n += 1) {
      const page = new SimPage({
        name: `${installId} page ${n + 1}`,
        machine,
        host: made.host,
        installId,
        decisions: this.#decisions,
        draws: new Draws(draws.int(0, 2 ** 31)),
        parts,
        lookUp: (ref) => this.#server.idOf(ref),
        faulty: () => this.#faulty,
      });
      made.pages.push(page);
    }
    return made;
  }

  #keepTicking(page: SimPage): void {
    this.#time.after(TICK_MS, () => {
      page.tick();
      this.#keepTicking(page);
    });
  }

  #keepAnswering(page: SimPage): void {
    this.#time.after(ANSWER_MS, () => {
      page.answer();
      this.#keepAnswering(page);
    });
  }

  #play(step: Step): void {
    this.#tell(`step ${JSON.stringify(step)}`);
    switch (step.do) {
      case 'decide':
        return this.#decide(step);
      case 'crossing': {
        const { link } = this.#console(step.who);
        link.setState('cut');
        this.#time.after(step.ms, () => link.setState('up'));
        const decision = this.#page(step.who).decide(step.which, (number) => reply(number, []), 0);
        const { conversationId } = decision?.intent ?? {};
        if (conversationId !== undefined) {
          this.#time.after(500, () => this.#server.colleagueAnswers(conversationId));
        }
        return;
      }
      case 'burst': {
        const page = this.#page(step.who);
        for (let n = 0; n < step.count; n += 1)
          page.decide(step.which, (number) => edit('status', number), 0);
        return;
      }
      case 'undo':
      case 'repeat':
      case 'drop':
      case 'resend': {
        const page = this.#page(step.who);
        const own = this.#decisions.all.filter((decision) => decision.page === page.name);
        const decision = own.at(-1 - (step.who % 3));
        if (decision !== undefined) page[step.do](decision);
        return;
      }
      case 'answer':
        return this.#page(step.who).answer();
      case 'crash-host': {
        const made = this.#console(step.who);
        if (step.journalChange === null) return this.#crash(made, step.awayMs);
        return made.host.onJournalChange(step.journalChange, () => this.#crash(made, step.awayMs));
      }
      case 'quit':
        return void this.#quit(this.#console(step.who), step.awayMs);
      case 'back-up':
        return this.#server.backUp();
      case 'restore':
        if (this.#plan.sweeps) this.#server.restore();
        return;
      case 'crash-page':
        return this.#page(step.who).crash(step);
      case 'link': {
        const { link } = this.#console(step.who);
        link.setState(step.state);
        this.#time.after(step.ms, () => link.setState('up'));
        return;
      }
      case 'token': {
        const { link, host } = this.#console(step.who);
        link.tokenGood = false;
        this.#time.after(step.ms, () => {
          link.tokenGood = true;
          host.wake();
        });
        return;
      }
      case 'disk-full': {
        const { host } = this.#console(step.who);
        host.diskFull = true;
        this.#time.after(step.ms, () => {
          host.diskFull = false;
        });
        return;
      }
      case 'clock':
        return this.#console(step.who).machine.setWall(step.byMs);
      case 'sleep':
        return this.#console(step.who).machine.sleep(step.ms);
      default:
        return this.#outside(step);
    }
  }

  #outside(step: Extract<Step, { which: number }>): void {
    const ids = [...this.#server.conversations.keys()];
    const id = ids[step.which % Math.max(1, ids.length)];
    if (step.do === 'open' || id === undefined) return void this.#server.customerOpens();
    switch (step.do) {
      case 'customer':
        return this.#server.customerWrites(id);
      case 'colleague':
        return this.#server.colleagueAnswers(id);
      case 'edit':
        return this.#server.colleagueEdits(id, { kind: 'assign', assigneeId: 'agent-9' });
      case 'remove':
        return this.#server.remove(id);
      case 'vanish':
        if (this.#plan.sweeps) this.#server.vanish(id);
        return;
      case 'merge':
        return this.#server.merge(id, ids[step.into % ids.length] as string);
      default:
        return undefined;
    }
  }

  #decide(step: Extract<Step, { do: 'decide' }>): void {
    const files = step.file ? [FILE] : [];
    this.#page(step.who).decide(
      step.which,
      (number) => {
        switch (step.kind) {
          case 'reply':
            return reply(number, files);
          case 'note':
            return { kind: 'note', text: textOf(number), files };
          default:
            return edit(step.kind, number);
        }
      },
      step.delayMs,
    );
  }

  #crash({ host, name }: Console, awayMs: number): void {
    if (!host.alive) return;
    this.#crashes += 1;
    this.#tell(`${name} crashes`);
    host.crash(this.#chance);
    this.#time.after(awayMs, () => host.start());
  }

  async #quit({ host, name }: Console, awayMs: number): Promise<void> {
    if (!host.running) return;
    this.#tell(`${name} quits`);
    await host.quit().catch(() => host.crash(this.#chance));
    this.#time.after(awayMs, () => host.start());
  }

  /** Every fault ends; people look after what waits for them; all comes to rest. */
  async #rest(): Promise<void> {
    this.#faulty = false;
    this.#tell('all is well again');
    for (const { link, host, machine } of this.#consoles) {
      link.faulty = false;
      link.tokenGood = true;
      link.setState('up');
      host.diskFull = false;
      if (!machine.asleep) host.wake();
      host.disarm();
    }
    for (const made of this.#consoles) {
      for (const page of made.pages) this.#keepAnswering(page);
      // The next morning: a console compares all ids once it has started and caught up.
      if (this.#plan.sweeps) void this.#quit(made, 100);
    }
    const limit = this.#time.now + REST_WITHIN_MS;
    let restless = this.#time.now;
    let looked = this.#time.now;
    await this.#time.run(limit, () => {
      const { now } = this.#time;
      if (now - looked < LOOK_MS) return false;
      looked = now;
      if (!this.#atRest()) restless = now;
      return now - restless >= RESTS_FOR_MS;
    });
  }

  #atRest(): boolean {
    return this.#consoles.every(
      ({ host, pages, machine }) =>
        !machine.asleep &&
        host.running &&
        (host.rows() ?? []).every((row) => AT_REST.has(row.state)) &&
        pages.every((page) => page.saving.length === 0 && this.#judge.differenceOf(page) === null),
    );
  }

  #pronounce(): void {
    const healed = this.#options.mode === 'liveness';
    const rowsOf = (name: string): readonly OutboxRow[] => {
      const found = this.#consoles.find((candidate) => candidate.name === name);
      return found?.host.rows() ?? found?.lastRows ?? [];
    };
    for (const { name, link, pages } of this.#consoles) {
      this.#judge.rows(name, rowsOf(name), link, healed);
      if (healed) for (const page of pages) this.#judge.page(page);
    }
    this.#judge.order(rowsOf);
  }

  #console(who: number): Console {
    return this.#consoles[who % this.#consoles.length] as Console;
  }

  #page(who: number): SimPage {
    const { pages } = this.#console(who);
    return pages[(who >> 1) % pages.length] as SimPage;
  }

  #tell(line: string): void {
    this.#options.onEvent?.(`${this.#time.now} ${line}`);
  }
}

function reply(number: number, files: readonly UploadedFile[]): IntentAction {
  return { kind: 'reply', text: textOf(number), files, statusAfter: number % 4 === 0 ? 'pending' : null };
}

function edit(kind: 'status' | 'priority', number: number): IntentAction {
  return kind === 'status'
    ? { kind, status: STATUSES[number % STATUSES.length] ?? 'open' }
    : { kind, priority: PRIORITIES[number % PRIORITIES.length] ?? 'low' };
}
