/** What a simulated Freshdesk keeps, and how it changes. */
import type { LeapingClock } from '../../leaping-clock';

export interface DeskFile {
  id: number;
  name: string;
  mediaType: string;
  bytes: Uint8Array;
}

export interface DeskEntry {
  id: number;
  html: string;
  incoming: boolean;
  private: boolean;
  userId: number | null;
  fromEmail: string | null;
  /** ms. */
  createdAt: number;
  files: DeskFile[];
}

export interface DeskTicket {
  id: number;
  subject: string;
  html: string;
  files: DeskFile[];
  source: number;
  status: number;
  priority: number;
  requester: { id: number; name: string; email: string };
  responderId: number | null;
  tags: string[];
  entries: DeskEntry[];
  deleted: boolean;
  spam: boolean;
  createdAt: number;
  updatedAt: number;
  agentRespondedAt: number | null;
  requesterRespondedAt: number | null;
}

export interface DeskAgent {
  id: number;
  name: string;
  email: string;
  key: string;
  admin: boolean;
}

export class FreshdeskDesk {
  readonly agents: DeskAgent[] = [
    { id: 31, name: 'Sample Agent', email: 'agent@desk.invalid', key: 'sample-agent-key', admin: true },
    { id: 32, name: 'Other Agent', email: 'other@desk.invalid', key: 'other-agent-key', admin: false },
  ];
  readonly statuses = new Map<number, string>([
    [2, 'Open'],
    [3, 'Pending'],
    [4, 'Resolved'],
    [5, 'Closed'],
    [6, 'Waiting on Customer'],
    [7, 'Waiting on Third Party'],
    [8, 'With the workshop'],
  ]);
  readonly tickets = new Map<number, DeskTicket>();
  readonly folders = [
    { id: 900, name: 'General', replies: [] as { id: number; title: string; html: string }[] },
  ];
  readonly clock: LeapingClock;
  #lastId = 1_000;
  /** Lists show a ticket as it was told here, as long ago as they lag. */
  readonly #told = new Map<number, { at: number; ticket: DeskTicket }[]>();

  constructor(clock: LeapingClock) {
    this.clock = clock;
  }

  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  open(html: string, parts: Partial<DeskTicket> = {}): DeskTicket {
    this.clock.pass(1_000);
    const now = this.clock.now();
    const id = this.nextId();
    const ticket: DeskTicket = {
      id,
      subject: `Sample matter ${id}`,
      html,
      files: [],
      source: 1,
      status: 2,
      priority: 1,
      requester: { id: this.nextId(), name: `Sample Customer ${id}`, email: `customer${id}@example.invalid` },
      responderId: null,
      tags: [],
      entries: [],
      deleted: false,
      spam: false,
      createdAt: now,
      updatedAt: now,
      agentRespondedAt: null,
      requesterRespondedAt: null,
      ...parts,
    };
    this.tickets.set(id, ticket);
    this.touch(ticket);
    return ticket;
  }

  touch(ticket: DeskTicket): void {
    ticket.updatedAt = this.clock.now();
    const told = this.#told.get(ticket.id) ?? [];
    told.push({ at: this.clock.now(), ticket: { ...ticket, tags: [...ticket.tags] } });
    this.#told.set(ticket.id, told);
  }

  /** Tickets as lists have them that trail by so much. */
  listed(lagMs: number): DeskTicket[] {
    const until = this.clock.now() - lagMs;
    return [...this.#told.values()].flatMap((told) => told.findLast(({ at }) => at <= until)?.ticket ?? []);
  }

  say(ticket: DeskTicket, parts: Partial<DeskEntry>): DeskEntry {
    const entry: DeskEntry = {
      id: this.nextId(),
      html: '',
      incoming: false,
      private: false,
      userId: null,
      fromEmail: null,
      createdAt: this.clock.now(),
      files: [],
      ...parts,
    };
    ticket.entries.push(entry);
    if (entry.incoming) {
      ticket.requesterRespondedAt = entry.createdAt;
      // A customer's answer opens what was set aside.
      if (ticket.status !== 2) ticket.status = 2;
    } else if (!entry.private) ticket.agentRespondedAt = entry.createdAt;
    this.touch(ticket);
    return entry;
  }

  customerSays(ticket: DeskTicket, html: string): DeskEntry {
    this.clock.pass(1_000);
    const { id, email } = ticket.requester;
    return this.say(ticket, { html, incoming: true, userId: id, fromEmail: email });
  }

  /** "Ticket Merge API", with the note that it writes by itself. */
  merge(ticket: DeskTicket, into: DeskTicket): void {
    this.clock.pass(1_000);
    const by = this.agents[1]?.id ?? null;
    const note = `Merged from ticket ${ticket.id}<br>${ticket.html}`;
    this.say(into, { html: note, private: true, userId: by });
    into.entries.push(...ticket.entries.map((entry) => ({ ...entry, id: this.nextId() })));
    into.entries.sort((a, b) => a.createdAt - b.createdAt);
    this.say(ticket, {
      html: `This ticket is closed and merged into ticket ${into.id}`,
      private: true,
      userId: by,
    });
    ticket.status = 5;
    this.touch(ticket);
    this.touch(into);
  }

  remove(ticket: DeskTicket): void {
    this.clock.pass(1_000);
    ticket.deleted = true;
    this.touch(ticket);
  }
}
