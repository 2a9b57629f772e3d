/**
 * A Zendesk account in memory: tickets with comments and audits, people, macros, uploads, and what
 * customers and colleagues do to them. Times are whole seconds, as they are there.
 */
import type { Clock } from '../../../backends/clock';
import { textOfHtml } from '../../../domain/plain-text';

export interface DeskUser {
  id: number;
  name: string;
  email: string;
  role: 'end-user' | 'agent' | 'admin';
  created_at: string;
  updated_at: string;
  active: boolean;
  verified: boolean;
}

export interface DeskIdentity {
  type: 'email' | 'twitter' | 'phone_number';
  value: string;
  verification_method: 'none' | 'low' | 'sso' | 'full';
}

export interface DeskFile {
  id: number;
  file_name: string;
  content_type: string;
  bytes: Uint8Array;
  inline: boolean;
}

export interface DeskComment {
  id: number;
  author_id: number;
  body: string;
  html_body: string;
  public: boolean;
  created_at: string;
  attachments: readonly DeskFile[];
  via: unknown;
  audit_id: number;
  metadata: { system: object; custom: Readonly<Record<string, unknown>> };
}

export interface DeskAudit {
  id: number;
  ticket_id: number;
  author_id: number;
  created_at: string;
  metadata: { system: object; custom: Readonly<Record<string, unknown>> };
  events: Record<string, unknown>[];
}

export interface DeskTicket {
  id: number;
  subject: string | null;
  description: string;
  status: string;
  custom_status_id: number | null;
  priority: string | null;
  requester_id: number;
  assignee_id: number | null;
  tags: string[];
  created_at: string;
  updated_at: string;
  generated_timestamp: number;
  via: unknown;
}

export interface DeskThread {
  ticket: DeskTicket;
  comments: DeskComment[];
  audits: DeskAudit[];
  /** The ticket as it was at moments of the clock, for an index that trails. */
  past: { at: number; ticket: DeskTicket }[];
}

/** What an update may carry, as "Update Ticket" takes it. */
export interface DeskUpdate {
  comment?: { html_body: string; public: boolean; uploads?: readonly string[]; author_id?: number };
  status?: string;
  priority?: string;
  assignee_id?: number | null;
  metadata?: Readonly<Record<string, unknown>>;
}

const BY_MAIL = {
  channel: 'email',
  source: {
    from: { address: 'customer@example.invalid', name: 'Sample Customer' },
    to: { address: 'support@example.invalid', name: 'Sample Support' },
    rel: null,
  },
};
const BY_WEB = { channel: 'web', source: { from: {}, to: {}, rel: null } };

export class ZendeskDesk {
  readonly clock: Clock;
  readonly users: DeskUser[];
  /** By user id. */
  readonly identities = new Map<number, DeskIdentity[]>();
  readonly threads = new Map<number, DeskThread>();
  readonly files = new Map<number, DeskFile>();
  readonly uploads = new Map<string, DeskFile>();
  readonly macros: Record<string, unknown>[] = [];
  readonly customStatuses: Record<string, unknown>[] = [];
  #next = 1_000;

  constructor(clock: Clock) {
    this.clock = clock;
    const user = (id: number, name: string, role: DeskUser['role']): DeskUser => ({
      id,
      name,
      email: `${name.toLowerCase().replaceAll(' ', '.')}@example.invalid`,
      role,
      created_at: this.stamp(),
      updated_at: this.stamp(),
      active: true,
      verified: false,
    });
    this.users = [
      user(1, 'Sample Admin', 'admin'),
      user(2, 'Sample Agent', 'agent'),
      user(9, 'Sample Customer', 'end-user'),
    ];
  }

  nextId(): number {
    this.#next += 1;
    return this.#next;
  }

  stamp(): string {
    return new Date(this.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
  }

  customerWrites(text: string, file?: Omit<DeskFile, 'id' | 'inline'>): DeskThread {
    const now = this.stamp();
    const ticket: DeskTicket = {
      id: this.nextId(),
      subject: 'Sample question',
      description: text,
      status: 'new',
      custom_status_id: null,
      priority: null,
      requester_id: 9,
      assignee_id: null,
      tags: [],
      created_at: now,
      updated_at: now,
      generated_timestamp: 0,
      via: BY_MAIL,
    };
    const thread: DeskThread = { ticket, comments: [], audits: [], past: [] };
    this.threads.set(ticket.id, thread);
    this.#says(
      thread,
      9,
      `<div class="zd-comment"><p>${text}</p></div>`,
      true,
      {},
      file ? [file] : [],
      BY_MAIL,
    );
    this.#changed(thread);
    return thread;
  }

  /** A customer's word reopens what was set aside. */
  customerAnswers(id: number, text: string): void {
    const thread = this.thread(id);
    this.#says(thread, 9, `<div class="zd-comment"><p>${text}</p></div>`, true, {}, [], BY_MAIL);
    if (['pending', 'hold', 'solved'].includes(thread.ticket.status)) thread.ticket.status = 'open';
    this.#changed(thread);
  }

  thread(id: number): DeskThread {
    const thread = this.threads.get(id);
    if (thread === undefined) throw new Error(`There is no ticket ${id}.`);
    return thread;
  }

  /** One audit for all that an update changes; business rules leave it as it is here. */
  update(thread: DeskThread, authorId: number, update: DeskUpdate): DeskAudit {
    const { ticket } = thread;
    const custom = update.metadata ?? {};
    const files = (update.comment?.uploads ?? []).flatMap((token) => this.uploads.get(token) ?? []);
    const made =
      update.comment === undefined
        ? this.#audit(thread, authorId, custom, [])
        : this.#says(
            thread,
            authorId,
            update.comment.html_body,
            update.comment.public,
            custom,
            files,
            BY_WEB,
            update.comment.author_id,
          );
    for (const field of ['status', 'priority', 'assignee_id'] as const) {
      const value = update[field];
      if (value === undefined || ticket[field] === value) continue;
      made.events.push({
        id: this.nextId(),
        type: 'Change',
        field_name: field,
        value,
        previous_value: ticket[field],
      });
      Object.assign(ticket, { [field]: value });
    }
    this.#changed(thread);
    return made;
  }

  changeTags(thread: DeskThread, add: readonly string[], remove: readonly string[]): void {
    const small = (tags: readonly string[]): string[] => tags.map((tag) => tag.toLowerCase());
    const kept = thread.ticket.tags.filter((tag) => !small(remove).includes(tag));
    thread.ticket.tags = [...new Set([...kept, ...small(add)])];
    this.#audit(thread, 2, {}, [{ id: this.nextId(), type: 'Change', field_name: 'tags' }]);
    this.#changed(thread);
  }

  remove(id: number): void {
    const thread = this.thread(id);
    thread.ticket.status = 'deleted';
    this.#changed(thread);
  }

  /** The one that goes keeps its comments; the other gets one more that quotes it. */
  merge(
    id: number,
    into: number,
    word = (target: number) =>
      `This request was closed and merged into request #${target} "Sample question".`,
  ): void {
    const from = this.thread(id);
    const target = this.thread(into);
    this.#says(from, 2, `<div class="zd-comment">${word(into)}</div>`, false, {}, [], BY_WEB);
    const last = from.comments.findLast((comment) => comment.public)?.body ?? '';
    const quoted = `Request #${id} was closed and merged into this request. Last comment in request #${id}: ${last}`;
    this.#says(target, 2, `<div class="zd-comment">${quoted}</div>`, false, {}, [], BY_WEB);
    from.ticket.status = 'closed';
    from.ticket.tags = [...from.ticket.tags, 'closed_by_merge'];
    this.#changed(from);
    this.#changed(target);
  }

  keepsMacro(title: string, text: string): void {
    this.macros.push({
      id: this.nextId(),
      title,
      active: true,
      actions: [
        { field: 'comment_value', value: text },
        { field: 'status', value: 'solved' },
      ],
      updated_at: this.stamp(),
    });
  }

  store(file: Omit<DeskFile, 'id' | 'inline'>): { token: string; file: DeskFile } {
    const stored = { ...file, id: this.nextId(), inline: false };
    const token = `token-${stored.id}`;
    this.uploads.set(token, stored);
    return { token, file: stored };
  }

  #says(
    thread: DeskThread,
    author_id: number,
    html_body: string,
    isPublic: boolean,
    custom: Readonly<Record<string, unknown>>,
    files: readonly Omit<DeskFile, 'id' | 'inline'>[],
    via: unknown,
    writer = author_id,
  ): DeskAudit {
    const id = this.nextId();
    const body = textOfHtml(html_body);
    const attachments = files.map((file) => ({ inline: false, id: this.nextId(), ...file }));
    for (const file of attachments) this.files.set(file.id, file);
    const made = this.#audit(thread, author_id, custom, [
      { id, type: 'Comment', author_id: writer, body, public: isPublic },
    ]);
    const { metadata, id: audit_id, created_at } = made;
    thread.comments.push({
      id,
      author_id: writer,
      body,
      html_body,
      public: isPublic,
      created_at,
      attachments,
      via,
      audit_id,
      metadata,
    });
    if (thread.ticket.status === 'new' && isPublic && author_id !== 9) thread.ticket.status = 'open';
    return made;
  }

  #audit(
    thread: DeskThread,
    author_id: number,
    custom: Readonly<Record<string, unknown>>,
    events: Record<string, unknown>[],
  ): DeskAudit {
    const made = {
      id: this.nextId(),
      ticket_id: thread.ticket.id,
      author_id,
      created_at: this.stamp(),
      metadata: { system: {}, custom },
      events,
    };
    thread.audits.push(made);
    return made;
  }

  #changed(thread: DeskThread): void {
    thread.ticket.updated_at = this.stamp();
    thread.ticket.generated_timestamp = Math.floor(this.clock.now() / 1_000);
    thread.past.push({ at: this.clock.now(), ticket: { ...thread.ticket } });
  }
}
