/**
 * A world that can be played step by step.
 *
 *   agents ─▶ page ─door─▶ host: outbox, journal, spool, puller ─link─▶ server ◀─ customers, colleagues
 *               ▲            │ disk (torn when killed)                    │
 *               └─ spool ◀───┴──────────── feeds ◀────────────────────────┘
 */
import type { IntentAction, OutboxRow, UploadedFile } from '../../domain/intents';
import { Decisions, textOf } from './decisions';
import { Draws } from './draws';
import { Judge, type Breach } from './judge';
import type { Setting, Step } from './plan';
import { partsWithout } from './protections';
import { newConsole, type Console } from './sim-console';
import type { SimPage } from './sim-page';
import { SimServer } from './sim-server';
import { SimTime } from './sim-time';

/**
 * `safety`: the world is judged while faults still happen. `liveness`: they end, agents answer what waits
 * for them, and everything has to come to rest first.
 */
export type Mode = 'safety' | 'liveness';

export interface WorldOptions {
  seed: number;
  plan: Setting;
  /** A protection to do without. */
  without: string | null;
  /** Told everything that happens, one line each. */
  onEvent?: ((line: string) => void) | undefined;
}

/** What a world came to. */
export interface Judgement {
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

export class World {
  readonly #options: WorldOptions;
  readonly #time: SimTime;
  readonly #chance: Draws;
  readonly #server: SimServer;
  readonly #decisions = new Decisions();
  readonly #judge: Judge;
  readonly #consoles: Console[];
  readonly #newConsole: (number: number, copyOf?: Console) => Console;
  #faulty = true;
  #crashes = 0;

  constructor(options: WorldOptions) {
    const { seed, plan, without } = options;
    const stream = (part: number): Draws => new Draws(seed * 16 + part);
    this.#options = options;
    const parts = partsWithout(without);
    const time = new SimTime(stream(1));
    this.#time = time;
    this.#chance = stream(2);
    const { tier, pageRows, lagMs } = plan;
    const { remembersKeys } = parts;
    const server = new SimServer({ tier, pageRows, lagMs, remembersKeys }, () => time.now, stream(10));
    const judge = new Judge(this.#decisions, server);
    this.#server = server;
    this.#judge = judge;
    const tell = (line: string): void => this.#tell(line);
    const files = new Map([[FILE.hash, new Uint8Array(FILE.size)]]);
    const faulty = (): boolean => this.#faulty;
    const surroundings = {
      plan,
      parts,
      time,
      server,
      judge,
      decisions: this.#decisions,
      files,
      faulty,
      tell,
    };
    this.#newConsole = (n, copyOf) => newConsole(n, surroundings, stream(3 + n), copyOf);
    this.#consoles = Array.from({ length: plan.machines }, (_, n) => this.#newConsole(n));
    server.onCommit = (commit, wasThere) => {
      tell(`server did ${commit.ref} as ${commit.serverId}${wasThere ? ' AGAIN' : ''}`);
      judge.committed(commit, wasThere);
    };
    server.onChange = (afterMs) => this.#consoles.forEach(({ link }) => link.hint(afterMs));
    for (let n = 0; n < plan.conversations; n += 1) server.customerOpens(n % 3 === 2 ? 'chat' : 'email');
    for (const made of this.#consoles) this.#begin(made);
  }

  #begin({ host, pages }: Console): void {
    host.start();
    pages.forEach((page) => this.#keepTicking(page));
  }

  /** Lets a step happen after so many ms from now. */
  plan(afterMs: number, step: Step): void {
    this.#time.after(afterMs, () => this.play(step));
  }

  /** Lets time pass. */
  async pass(ms: number): Promise<void> {
    await this.#time.run(this.#time.now + ms);
  }

  /** Ends the world and judges it. */
  async finish(mode: Mode): Promise<Judgement> {
    if (mode === 'liveness') await this.#rest();
    else await this.#reopen();
    this.#pronounce(mode === 'liveness');
    const { breaches } = this.#judge;
    return { intents: this.#decisions.all.length, crashes: this.#crashes, breaches };
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

  /** Lets a step happen now. */
  play(step: Step): void {
    this.#tell(`step ${JSON.stringify(step)}`);
    switch (step.do) {
      case 'decide':
        return this.#decide(step);
      case 'unheard': {
        const made = this.#console(step.who);
        made.link.losesNext = true;
        this.#page(step.who).decide(step.which, (number) => reply(number, []), 0);
        this.#time.after(5_000, () => this.#crash(made, 0));
        return;
      }
      case 'copy':
        return this.#copy(step);
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
        return this.#server.restore();
      case 'crash-page':
        return this.#page(step.who).crash(step);
      case 'link': {
        const { link } = this.#console(step.who);
        link.setState(step.state);
        this.#time.after(step.ms, () => link.setState('up'));
        return;
      }
      case 'connect':
        return this.#console(step.who).link.setState('up');
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
        if (this.#options.plan.sweeps) this.#server.vanish(id);
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

  /** One copy a world, in the middle of a drain, a crash or a rest. */
  #copy({ who, which, ms, laterMs }: Extract<Step, { do: 'copy' }>): void {
    const source = this.#console(who);
    if (this.#consoles.some(({ name, installId }) => name !== installId)) return;
    source.link.setState('cut');
    this.#page(who).decide(which, (number) => reply(number, []), 0);
    this.#page(who).decide(which, (number) => ({ kind: 'note', text: textOf(number), files: [] }), 0);
    this.#time.after(ms / 2, () => {
      this.#tell(`${source.name} is copied`);
      const copy = this.#newConsole(this.#consoles.length, source);
      copy.link.setState('cut');
      this.#consoles.push(copy);
      this.#begin(copy);
      this.#time.after(ms / 2 + laterMs, () => copy.link.setState('up'));
    });
    this.#time.after(ms, () => source.link.setState('up'));
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
      if (this.#options.plan.sweeps) void this.#quit(made, 100);
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

  /** Consoles that are down come up again, so that somebody can say what is known. */
  async #reopen(): Promise<void> {
    for (const { host } of this.#consoles) {
      host.diskFull = false;
      host.disarm();
    }
    await this.#time.run(this.#time.now + REST_WITHIN_MS, () =>
      this.#consoles.every(({ host }) => host.running),
    );
  }

  #pronounce(healed: boolean): void {
    const rowsOf = (name: string): readonly OutboxRow[] =>
      this.#consoles.find((candidate) => candidate.name === name)?.host.rows() ?? [];
    this.#judge.damaged = this.#consoles.some(({ host }) => host.damaged);
    const wasRefused = (ref: string): boolean => this.#consoles.some(({ link }) => link.refused.has(ref));
    for (const { name, pages } of this.#consoles) {
      this.#judge.rows(name, rowsOf(name), wasRefused, healed);
      if (healed) pages.forEach((page) => this.#judge.page(page));
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
