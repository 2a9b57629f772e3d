/**
 * A Zammad in memory: tickets with articles, people, links, tags and text modules, and what customers and
 * colleagues do to them. Times are in ms, as they are there.
 */
import type { Clock } from '../../../backends/clock';

export interface DeskFile {
  id: number;
  filename: string;
  /** A text, as the column is. */
  size: string;
  preferences: Readonly<Record<string, string>>;
  bytes: Uint8Array;
}

export interface DeskArticle {
  id: number;
  ticket_id: number;
  type: string;
  sender: 'Agent' | 'Customer' | 'System';
  from: string;
  to: string;
  cc: string;
  reply_to: string | null;
  subject: string | null;
  message_id: string | null;
  content_type: string;
  body: string;
  internal: boolean;
  preferences: Readonly<Record<string, unknown>>;
  created_by_id: number;
  origin_by_id: number | null;
  created_at: string;
  updated_at: string;
  attachments: DeskFile[];
}

export interface DeskTicket {
  id: number;
  number: string;
  title: string;
  group_id: number;
  state_id: number;
  priority_id: number;
  owner_id: number;
  customer_id: number;
  pending_time: string | null;
  created_at: string;
  updated_at: string;
  create_article_type: string;
}

export interface DeskUser {
  id: number;
  login: string;
  firstname: string;
  lastname: string;
  email: string;
  phone: string;
  mobile: string;
  active: boolean;
  verified: boolean;
  created_at: string;
  updated_at: string;
  roles: readonly string[];
}

export const STATES = [
  { id: 1, name: 'new', state_type: 'new', active: true, default_create: true, default_follow_up: false },
  { id: 2, name: 'open', state_type: 'open', active: true, default_create: false, default_follow_up: true },
  { id: 3, name: 'pending reminder', state_type: 'pending reminder', active: true },
  { id: 4, name: 'closed', state_type: 'closed', active: true },
  { id: 5, name: 'merged', state_type: 'merged', active: true },
  { id: 7, name: 'pending close', state_type: 'pending action', active: true },
];

const CUSTOMER = 9;
const AGENT = 3;
const COLLEAGUE = 4;

export class ZammadDesk {
  readonly clock: Clock;
  readonly users: DeskUser[];
  readonly tickets = new Map<number, DeskTicket>();
  readonly articles: DeskArticle[] = [];
  readonly tags = new Map<number, string[]>();
  readonly links: { source: number; target: number }[] = [];
  readonly textModules: Record<string, unknown>[] = [];
  readonly states = STATES.map((state) => ({ ...state }));
  readonly priorities = [
    { id: 1, name: '1 low', active: true },
    { id: 2, name: '2 normal', active: true },
    { id: 3, name: '3 high', active: true },
    { id: 4, name: '4 urgent', active: true },
  ];
  #next = 100;

  constructor(clock: Clock) {
    this.clock = clock;
    const user = (id: number, firstname: string, lastname: string, role: string): DeskUser => ({
      id,
      login: `${firstname}.${lastname}@example.invalid`.toLowerCase(),
      firstname,
      lastname,
      email: id === 1 ? '' : `${firstname}.${lastname}@example.invalid`.toLowerCase(),
      phone: '',
      mobile: '',
      active: true,
      verified: false,
      created_at: this.now(),
      updated_at: this.now(),
      roles: [role],
    });
    this.users = [
      user(1, '-', '', 'System'),
      user(AGENT, 'Sample', 'Agent', 'Agent'),
      user(CUSTOMER, 'Sample', 'Customer', 'Customer'),
      user(COLLEAGUE, 'Sample', 'Colleague', 'Agent'),
    ];
  }

  now(): string {
    return new Date(this.clock.now()).toISOString();
  }

  nextId(): number {
    this.#next += 1;
    return this.#next;
  }

  customerWrites(text: string, type = 'email', file?: Omit<DeskFile, 'id' | 'size'>): DeskTicket {
    const id = this.nextId();
    const ticket: DeskTicket = {
      id,
      number: `1${id}`,
      title: 'Sample question',
      group_id: 1,
      state_id: 1,
      priority_id: 2,
      owner_id: 1,
      customer_id: CUSTOMER,
      pending_time: null,
      created_at: this.now(),
      updated_at: this.now(),
      create_article_type: type,
    };
    this.tickets.set(id, ticket);
    this.writes(ticket, {
      type,
      sender: 'Customer',
      body: text,
      from: 'Sample Customer <sample.customer@example.invalid>',
      message_id: `<${id}@customer.invalid>`,
      created_by_id: CUSTOMER,
      ...(file && { files: [file] }),
    });
    return ticket;
  }

  /** A customer's word opens what was closed or set aside. */
  customerAnswers(id: number, text: string): void {
    const ticket = this.ticket(id);
    const { type } = this.articlesOf(id)[0] ?? { type: 'email' };
    this.writes(ticket, { type, sender: 'Customer', body: text, created_by_id: CUSTOMER });
    if ([3, 4, 7].includes(ticket.state_id)) ticket.state_id = 2;
  }

  ticket(id: number): DeskTicket {
    const found = this.tickets.get(id);
    if (found === undefined) throw new Error(`There is no ticket ${id}.`);
    return found;
  }

  articlesOf(id: number): DeskArticle[] {
    return this.articles.filter(({ ticket_id }) => ticket_id === id);
  }

  writes(
    ticket: DeskTicket,
    {
      files = [],
      ...parts
    }: Partial<Omit<DeskArticle, 'attachments'>> & { files?: readonly Omit<DeskFile, 'id' | 'size'>[] },
  ): DeskArticle {
    const article: DeskArticle = {
      id: this.nextId(),
      ticket_id: ticket.id,
      type: 'note',
      sender: 'Agent',
      from: 'Sample Customer <sample.customer@example.invalid>',
      to: 'support@example.invalid',
      cc: '',
      reply_to: null,
      subject: null,
      message_id: null,
      content_type: 'text/plain',
      body: '',
      internal: false,
      preferences: {},
      created_by_id: AGENT,
      origin_by_id: null,
      created_at: this.now(),
      updated_at: this.now(),
      ...parts,
      attachments: files.map((file) => ({ ...file, id: this.nextId(), size: String(file.bytes.length) })),
    };
    this.articles.push(article);
    this.touch(ticket);
    if (ticket.state_id === 1 && article.sender === 'Agent' && article.type !== 'note') ticket.state_id = 2;
    return article;
  }

  touch(ticket: DeskTicket): void {
    ticket.updated_at = this.now();
  }

  changeTags(id: number, change: (tags: readonly string[]) => string[]): void {
    this.tags.set(id, change(this.tags.get(id) ?? []));
    const ticket = this.tickets.get(id);
    if (ticket !== undefined) this.touch(ticket);
  }

  remove(id: number): void {
    this.tickets.delete(id);
  }

  /** As Ticket#merge_to: articles move, a note stays, a link to the parent, the state `merged`. */
  merge(id: number, into: number): void {
    const [from, target] = [this.ticket(id), this.ticket(into)];
    for (const article of this.articlesOf(id)) article.ticket_id = into;
    this.writes(from, { body: 'merged', type: 'note' });
    this.links.push({ source: into, target: id });
    Object.assign(from, { state_id: 5, owner_id: 1 });
    this.touch(target);
    this.touch(from);
  }

  keepsTextModule(name: string, text: string): void {
    this.textModules.push({
      id: this.nextId(),
      name,
      keywords: 'sample',
      content: `<div>${text}</div>`,
      active: true,
      updated_at: this.now(),
    });
  }
}
