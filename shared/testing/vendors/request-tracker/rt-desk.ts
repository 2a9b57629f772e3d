/** What a simulated Request Tracker keeps, and how it changes: as RT 5.0.3 was seen to, in short. */
import type { LeapingClock } from '../../leaping-clock';

export interface DeskUser {
  id: number;
  login: string;
  realName: string;
  email: string;
  staff: boolean;
  token: string | null;
}

export interface DeskTicket {
  id: number;
  subject: string;
  status: string;
  queue: string;
  owner: string;
  requestors: string[];
  creator: string;
  created: number;
  lastUpdated: number;
  resolved: number;
  priority: number;
  tags: string[];
  channel: string | null;
  /** It goes on as another one. */
  mergedInto: number | null;
}

export interface DeskTransaction {
  id: number;
  ticketId: number;
  type: string;
  field: string;
  oldValue: string;
  newValue: string;
  creator: string;
  created: number;
  /** Values of the custom field with references. */
  refs: string[];
  /** Begun and numbered, and not committed before this. */
  visibleAt: number;
}

export interface DeskPart {
  id: number;
  transactionId: number;
  contentType: string;
  fileName: string;
  headers: string;
  /** Bytes of a file, or a text in UTF-8. */
  bytes: Uint8Array;
}

export interface DeskFile {
  name: string;
  mediaType: string;
  bytes: Uint8Array;
}

export interface DeskArticle {
  id: number;
  name: string;
  content: string;
  disabled: boolean;
}

export const DELETED = 'deleted';
const ACTIVE = new Set(['new', 'open', 'stalled']);
export const STATUSES = new Set([...ACTIVE, 'resolved', 'rejected', DELETED]);
export const isActive = ({ status }: DeskTicket): boolean => ACTIVE.has(status);

export class RtDesk {
  readonly users: DeskUser[] = [
    { id: 1, login: 'RT_System', realName: 'The RT System itself', email: '', staff: false, token: null },
    { id: 6, login: 'Nobody', realName: 'Nobody in particular', email: '', staff: false, token: null },
    agent(28, 'anna', 'Anna Agent'),
    agent(30, 'boris', 'Boris Agent'),
  ];
  readonly tickets = new Map<number, DeskTicket>();
  readonly transactions: DeskTransaction[] = [];
  readonly parts: DeskPart[] = [];
  readonly articles: DeskArticle[] = [];
  readonly clock: LeapingClock;
  /** Types that agents are not shown: they have no right to comments, or to mails that RT sends. */
  readonly hiddenTypes = new Set<string>();
  /** Tickets of a queue that agents have no right to. */
  readonly hiddenTickets = new Set<number>();
  /** The custom field for references is there, and agents may fill it. */
  keepsRefs = true;
  // Far from each other, so that no test mistakes one kind of id for another.
  #lastTicket = 1_000;
  #lastTransaction = 50_000;
  #lastPart = 90_000;
  #lastUser = 100;

  constructor(clock: LeapingClock) {
    this.clock = clock;
  }

  userByLogin(login: string): DeskUser | undefined {
    return this.users.find((user) => user.login === login);
  }

  /** Whoever writes by mail is a user from then on, called by their address. */
  userByMail(email: string, realName: string): DeskUser {
    const known = this.userByLogin(email);
    if (known !== undefined) return known;
    this.#lastUser += 1;
    const user = { id: this.#lastUser, login: email, realName, email, staff: false, token: null };
    this.users.push(user);
    return user;
  }

  /** The ticket under an id, or the one it goes on as. */
  ticket(id: number): DeskTicket | undefined {
    const found = this.tickets.get(id);
    const on = found?.mergedInto ?? null;
    return on === null ? found : this.ticket(on);
  }

  open(creator: string, text: string, files: readonly DeskFile[] = [], queue = 'Support'): DeskTicket {
    this.#lastTicket += 1;
    const now = this.#now();
    const ticket: DeskTicket = {
      id: this.#lastTicket,
      subject: `Sample question ${this.#lastTicket}`,
      status: 'new',
      queue,
      owner: 'Nobody',
      requestors: [creator],
      creator,
      created: now,
      lastUpdated: now,
      resolved: 0,
      priority: 0,
      tags: [],
      channel: null,
      mergedInto: null,
    };
    this.tickets.set(ticket.id, ticket);
    const { id } = this.record(ticket, 'Create', creator);
    if (text !== '' || files.length > 0) this.#attach(id, text, files, creator);
    this.record(ticket, 'EmailRecord', 'RT_System');
    return ticket;
  }

  /** A reply (Correspond) or a note (Comment), and what RT does by itself then. */
  say(
    ticket: DeskTicket,
    type: 'Correspond' | 'Comment',
    creator: string,
    text: string,
    files: readonly DeskFile[] = [],
  ): DeskTransaction {
    const transaction = this.record(ticket, type, creator);
    this.#attach(transaction.id, text, files, creator);
    this.record(ticket, type === 'Correspond' ? 'EmailRecord' : 'CommentEmailRecord', 'RT_System');
    const reopens = ticket.requestors.includes(creator) ? ticket.status !== 'new' : ticket.status === 'new';
    if (type === 'Correspond' && reopens) this.setStatus(ticket, 'open', 'RT_System');
    return transaction;
  }

  setStatus(ticket: DeskTicket, status: string, creator: string): void {
    if (ticket.status === status) return;
    this.record(ticket, 'Status', creator, { field: 'Status', oldValue: ticket.status, newValue: status });
    ticket.status = status;
    ticket.resolved = ACTIVE.has(status) ? 0 : this.#now();
  }

  set(ticket: DeskTicket, field: 'owner' | 'priority', value: string, creator: string): void {
    this.record(ticket, 'Set', creator, { field, oldValue: String(ticket[field]), newValue: value });
    if (field === 'owner') ticket.owner = value;
    else ticket.priority = Number(value);
  }

  setTags(ticket: DeskTicket, tags: readonly string[], creator: string): void {
    ticket.tags = [...tags];
    this.record(ticket, 'CustomField', creator, { field: '4', newValue: tags.join(' ') });
  }

  merge(from: DeskTicket, into: DeskTicket, creator: string): void {
    const link = { field: 'MergedInto', newValue: `fsck.com-rt://localdesk.test/ticket/${into.id}` };
    from.mergedInto = into.id;
    this.record(from, 'AddLink', creator, link);
    this.record(into, 'AddLink', creator, link);
  }

  /** Its own transactions and those of tickets that were merged into it, oldest first. */
  historyOf({ id }: DeskTicket): DeskTransaction[] {
    return this.visible().filter(({ ticketId }) => this.ticket(ticketId)?.id === id);
  }

  /** What is committed. */
  visible(): DeskTransaction[] {
    return this.transactions.filter(({ visibleAt }) => visibleAt <= this.clock.now());
  }

  mayBeSeen({ type, ticketId }: DeskTransaction): boolean {
    return !this.hiddenTypes.has(type) && !this.hiddenTickets.has(ticketId);
  }

  record(
    ticket: DeskTicket,
    type: string,
    creator: string,
    parts: Partial<Pick<DeskTransaction, 'field' | 'oldValue' | 'newValue' | 'visibleAt'>> = {},
  ): DeskTransaction {
    this.#lastTransaction += 1;
    const transaction: DeskTransaction = {
      id: this.#lastTransaction,
      ticketId: ticket.id,
      type,
      field: '',
      oldValue: '',
      newValue: '',
      creator,
      created: this.#now(),
      refs: [],
      visibleAt: 0,
      ...parts,
    };
    this.transactions.push(transaction);
    ticket.lastUpdated = this.#now();
    return transaction;
  }

  keep(article: Omit<DeskArticle, 'id' | 'disabled'>): void {
    this.articles.push({ ...article, id: this.articles.length + 1, disabled: false });
  }

  #attach(transactionId: number, text: string, files: readonly DeskFile[], creator: string): void {
    const user = this.userByLogin(creator);
    const byMail = user !== undefined && !user.staff;
    const head = byMail ? `From: ${user.realName} <${user.email}>\nTo: support@localdesk.test\n` : '';
    const add = (part: Omit<DeskPart, 'id' | 'transactionId'>): void => {
      this.#lastPart += 1;
      this.parts.push({ ...part, id: this.#lastPart, transactionId });
    };
    const none = new Uint8Array();
    const several = files.length > 0;
    if (several) add({ contentType: 'multipart/mixed', fileName: '', headers: head, bytes: none });
    add({
      contentType: 'text/plain',
      fileName: '',
      headers: `${several ? '' : head}Content-Type: text/plain; charset="utf-8"\nX-RT-Original-Encoding: utf-8`,
      bytes: new TextEncoder().encode(text),
    });
    for (const { name, mediaType, bytes } of files) {
      const headers = `Content-Disposition: attachment; filename="${name}"`;
      add({ contentType: mediaType, fileName: name, headers, bytes });
    }
  }

  /** RT's times are whole seconds. */
  #now(): number {
    return Math.floor(this.clock.now() / 1_000) * 1_000;
  }
}

function agent(id: number, login: string, realName: string): DeskUser {
  const token = `1-${id}-sample-token-of-${login}`;
  return { id, login, realName, email: `${login}@localdesk.test`, staff: true, token };
}
