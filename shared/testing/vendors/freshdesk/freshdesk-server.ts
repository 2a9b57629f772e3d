/**
 * A simulated Freshdesk: the part of its API v2 that a console uses, as its documentation describes it,
 * with what goes wrong there to be switched on.
 */
import { nestedFields, readMultipart } from '../../multipart-body';
import type { VendorAnswer, VendorReaction, VendorRequest, VendorServer } from '../../vendor-kit';
import type { DeskAgent, DeskTicket, FreshdeskDesk } from './freshdesk-desk';
import { agentView, entryView, iso, ticketView } from './freshdesk-views';

const MONTH_MS = 30 * 86_400_000;
const MOST_PAGES = 300;

/** What goes wrong, beside what always does. */
export interface FreshdeskFaults {
  /** Lists trail the tickets by so much. */
  lagMs: number;
  /** Success for a change that is not made. */
  refusesQuietly: boolean;
  /** Messages are those of whoever the key belongs to, whatever author was named. */
  ignoresAuthor: boolean;
  /** The next reply is stored, and the connection ends. */
  cutAfterReply: boolean;
  /** Credits a minute of the whole account. */
  creditsPerMinute: number;
  /** Agents may not list agents. */
  agentsForAdminsOnly: boolean;
}

type Handler = (match: RegExpExecArray, request: VendorRequest, agent: DeskAgent) => VendorReaction;

/** "Error Response". */
const invalid = (field: string, message: string, code = 'invalid_value'): VendorAnswer => ({
  status: 400,
  json: { description: 'Validation failed', errors: [{ field, message, code }] },
});
const refused = (status: number, code: string, message: string): VendorAnswer => ({
  status,
  json: { code, message },
});
const ok = (json: unknown, status = 200): VendorAnswer => ({ status, json });

const TICKET_FIELDS = ['status', 'priority', 'responder_id', 'tags', 'subject', 'type', 'group_id'];

export class FreshdeskServer implements VendorServer {
  readonly faults: FreshdeskFaults = {
    lagMs: 0,
    refusesQuietly: false,
    ignoresAuthor: false,
    cutAfterReply: false,
    creditsPerMinute: 100_000,
    agentsForAdminsOnly: false,
  };
  /** What it was asked, newest last: method, path and query. */
  readonly asked: string[] = [];
  readonly #desk: FreshdeskDesk;
  readonly #routes: readonly [method: string, path: RegExp, handler: Handler][];
  #minute = 0;
  #spent = 0;

  constructor(desk: FreshdeskDesk) {
    this.#desk = desk;
    const found =
      (handler: (ticket: DeskTicket, request: VendorRequest, agent: DeskAgent) => VendorReaction): Handler =>
      (match, request, agent) => {
        const ticket = this.#desk.tickets.get(Number(match[1]));
        return ticket === undefined ? { status: 404, body: '' } : handler(ticket, request, agent);
      };
    this.#routes = [
      ['GET', /^\/tickets$/, (_match, request) => this.#list(request)],
      ['POST', /^\/tickets$/, (_match, request) => this.#create(request)],
      ['DELETE', /^\/tickets\/(\d+)$/, found((ticket, _request, agent) => this.#remove(ticket, agent))],
      ['GET', /^\/tickets\/(\d+)$/, found((ticket, request) => this.#show(ticket, request))],
      ['PUT', /^\/tickets\/(\d+)$/, found((ticket, request) => this.#update(ticket, request))],
      [
        'GET',
        /^\/tickets\/(\d+)\/conversations$/,
        found((ticket, request) => this.#entries(ticket, request)),
      ],
      ['POST', /^\/tickets\/(\d+)\/(?:reply|notes)$/, found((...all) => this.#write(...all))],
      ['GET', /^\/agents\/me$/, (_match, _request, agent) => ok(agentView(agent))],
      ['GET', /^\/agents$/, (_match, request, agent) => this.#agents(request, agent)],
      ['GET', /^\/ticket_fields$/, (_match, request) => this.#fields(request)],
      [
        'GET',
        /^\/canned_response_folders$/,
        () => ok(this.#desk.folders.map(({ id, name }) => ({ id, name }))),
      ],
      ['GET', /^\/canned_response_folders\/(\d+)\/responses$/, (match) => this.#replies(Number(match[1]))],
    ];
  }

  handle(request: VendorRequest): VendorReaction {
    this.asked.push(`${request.method} ${request.path}?${request.query.toString()}`);
    const now = this.#desk.clock.now();
    if (request.path.startsWith('/files/')) return this.#file(request);
    const minute = Math.floor(now / 60_000);
    if (minute !== this.#minute) [this.#minute, this.#spent] = [minute, 0];
    // Every include costs one more, in lists two.
    const includes = (request.query.get('include') ?? '').split(',').filter((one) => one !== '').length;
    const cost = 1 + includes * (request.path.endsWith('/tickets') ? 2 : 1);
    this.#spent += cost;
    const total = this.faults.creditsPerMinute;
    const headers = {
      date: new Date(now).toUTCString(),
      'x-ratelimit-total': String(total),
      'x-ratelimit-remaining': String(Math.max(0, total - this.#spent)),
      'x-ratelimit-used-currentrequest': String(cost),
    };
    if (this.#spent > total) {
      const wait = 60 - Math.floor((now % 60_000) / 1_000);
      return {
        status: 429,
        headers: { ...headers, 'retry-after': String(wait) },
        json: { message: 'You have exceeded the limit of requests per minute' },
      };
    }
    const reaction = this.#answer(request);
    return reaction === 'cut' ? reaction : { ...reaction, headers: { ...headers, ...reaction.headers } };
  }

  #answer(request: VendorRequest): VendorReaction {
    const [user] = atob((request.headers['authorization'] ?? '').replace(/^Basic /, '')).split(':');
    const agent = this.#desk.agents.find(({ key }) => key === user);
    if (agent === undefined) {
      return refused(401, 'invalid_credentials', 'You have to be logged in to perform this action.');
    }
    const path = request.path.replace(/^\/api\/v2/, '');
    for (const [method, pattern, handler] of this.#routes) {
      const match = method === request.method ? pattern.exec(path) : null;
      if (match !== null) return handler(match, request, agent);
    }
    return { status: 404, body: '' };
  }

  /** "List All Tickets". */
  #list({ query }: VendorRequest): VendorAnswer {
    const perPage = Number(query.get('per_page') ?? '30');
    const page = Number(query.get('page') ?? '1');
    if (!(perPage >= 1 && perPage <= 100))
      return invalid('per_page', 'It should be a Positive Integer less than or equal to 100');
    if (page > MOST_PAGES) return invalid('page', `It should be less than or equal to ${MOST_PAGES}`);
    const since = query.get('updated_since');
    const filter = query.get('filter');
    const now = this.#desk.clock.now();
    const rows = this.#desk
      .listed(this.faults.lagMs)
      .filter((ticket) =>
        filter === 'deleted'
          ? ticket.deleted
          : filter === 'spam'
            ? ticket.spam && !ticket.deleted
            : !ticket.deleted && !ticket.spam,
      )
      .filter((ticket) =>
        since === null ? ticket.createdAt >= now - MONTH_MS : ticket.updatedAt >= Date.parse(since),
      );
    const by = query.get('order_by') === 'updated_at' ? 'updatedAt' : 'createdAt';
    const sign = query.get('order_type') === 'asc' ? 1 : -1;
    rows.sort((a, b) => sign * (Math.floor(a[by] / 1_000) - Math.floor(b[by] / 1_000) || a.id - b.id));
    const include = (query.get('include') ?? '').split(',');
    const shown = rows.slice((page - 1) * perPage, page * perPage);
    return ok(shown.map((ticket) => ticketView(ticket, include, false, now)));
  }

  #show(ticket: DeskTicket, { query }: VendorRequest): VendorAnswer {
    return ok(ticketView(ticket, (query.get('include') ?? '').split(','), true, this.#desk.clock.now()));
  }

  /** "Create a Ticket". */
  #create(request: VendorRequest): VendorAnswer {
    const fields = JSON.parse(new TextDecoder().decode(request.body)) as Record<string, unknown>;
    const missing = ['email', 'status', 'priority', 'source'].find((name) => fields[name] === undefined);
    if (missing !== undefined) return invalid(missing, 'Mandatory attribute missing', 'missing_field');
    const ticket = this.#desk.open(String(fields['description']), {
      subject: String(fields['subject']),
      source: Number(fields['source']),
    });
    return { ...this.#show(ticket, request), status: 201 };
  }

  #remove(ticket: DeskTicket, agent: DeskAgent): VendorAnswer {
    if (!agent.admin) return refused(403, 'access_denied', 'You are not authorized to perform this action.');
    this.#desk.remove(ticket);
    return { status: 204, body: '' };
  }

  /** "Update a Ticket". */
  #update(ticket: DeskTicket, request: VendorRequest): VendorAnswer {
    if (ticket.deleted || ticket.spam) return { status: 405, headers: { allow: 'GET' }, body: '' };
    const change = JSON.parse(new TextDecoder().decode(request.body)) as Record<string, unknown>;
    const unknown = Object.keys(change).find((name) => !TICKET_FIELDS.includes(name));
    if (unknown !== undefined)
      return invalid(unknown, 'Unexpected/invalid field in request', 'invalid_field');
    const { status, priority, responder_id: responder, tags } = change;
    if (status !== undefined && !this.#desk.statuses.has(status as number)) {
      return invalid(
        'status',
        `It should be one of these values: '${[...this.#desk.statuses.keys()].join(',')}'`,
      );
    }
    if (
      responder !== undefined &&
      responder !== null &&
      !this.#desk.agents.some(({ id }) => id === responder)
    ) {
      return invalid('responder_id', 'There is no agent matching the given responder_id');
    }
    if (!this.faults.refusesQuietly) {
      if (status !== undefined) ticket.status = status as number;
      if (priority !== undefined) ticket.priority = priority as number;
      if (responder !== undefined) ticket.responderId = responder as number | null;
      if (tags !== undefined) ticket.tags = [...new Set(tags as string[])];
      this.#desk.touch(ticket);
    }
    return this.#show(ticket, request);
  }

  #entries(ticket: DeskTicket, { query }: VendorRequest): VendorAnswer {
    const perPage = Number(query.get('per_page') ?? '30');
    const page = Number(query.get('page') ?? '1');
    const now = this.#desk.clock.now();
    const rows = ticket.entries.slice((page - 1) * perPage, page * perPage);
    return ok(rows.map((entry) => entryView(ticket, entry, now)));
  }

  /** "Create a Reply", "Create a Note". */
  #write(ticket: DeskTicket, request: VendorRequest, agent: DeskAgent): VendorReaction {
    if (ticket.deleted || ticket.spam) return { status: 405, headers: { allow: 'GET' }, body: '' };
    const type = request.headers['content-type'] ?? '';
    const form = type.startsWith('multipart/form-data') ? readMultipart(type, request.body) : null;
    const fields =
      form === null
        ? (JSON.parse(new TextDecoder().decode(request.body)) as Record<string, unknown>)
        : nestedFields(form.fields);
    const note = request.path.endsWith('/notes');
    const unknown = Object.keys(fields).find(
      (name) => !['body', 'user_id', ...(note ? ['private'] : [])].includes(name),
    );
    if (unknown !== undefined)
      return invalid(unknown, 'Unexpected/invalid field in request', 'invalid_field');
    if (typeof fields['body'] !== 'string')
      return invalid('body', 'Mandatory attribute missing', 'missing_field');
    const writer = fields['user_id'] === undefined ? agent.id : Number(fields['user_id']);
    if (!this.#desk.agents.some(({ id }) => id === writer)) {
      return invalid('user_id', 'There is no agent matching the given user_id');
    }
    const entry = this.#desk.say(ticket, {
      html: fields['body'],
      private: note && String(fields['private']) === 'true',
      userId: this.faults.ignoresAuthor ? agent.id : writer,
      files: (form?.files ?? []).map(({ name, mediaType, bytes }) => ({
        id: this.#desk.nextId(),
        name,
        mediaType,
        bytes,
      })),
    });
    if (!note && this.faults.cutAfterReply) {
      this.faults.cutAfterReply = false;
      return 'cut';
    }
    return ok(entryView(ticket, entry, this.#desk.clock.now()), 201);
  }

  #agents({ query }: VendorRequest, agent: DeskAgent): VendorAnswer {
    if (this.faults.agentsForAdminsOnly && !agent.admin) {
      return refused(403, 'access_denied', 'You are not authorized to perform this action.');
    }
    return ok(query.get('page') === '1' ? this.#desk.agents.map(agentView) : []);
  }

  #fields({ query }: VendorRequest): VendorAnswer {
    const choices =
      query.get('type') === 'default_agent'
        ? Object.fromEntries(this.#desk.agents.map(({ id, name }) => [name, id]))
        : Object.fromEntries([...this.#desk.statuses].map(([id, name]) => [id, [name, `${name} (portal)`]]));
    return ok([{ id: 5, name: query.get('type'), type: query.get('type'), choices }]);
  }

  #replies(folderId: number): VendorAnswer {
    const folder = this.#desk.folders.find(({ id }) => id === folderId);
    if (folder === undefined) return { status: 404, body: '' };
    const now = iso(this.#desk.clock.now());
    return ok(
      folder.replies.map(({ id, title, html }) => ({
        id,
        title,
        folder_id: folderId,
        content: html,
        content_html: `<div>${html}</div>`,
        attachments: [],
        created_at: now,
        updated_at: now,
      })),
    );
  }

  /** The store refuses whoever brings credentials beside the signature, as S3 does. */
  #file({ path, query, headers }: VendorRequest): VendorAnswer {
    const late = Number(query.get('Expires')) * 1_000 < this.#desk.clock.now();
    if (headers['authorization'] !== undefined || late) return { status: 403, body: '<Error/>' };
    const id = Number(/^\/files\/(\d+)\//.exec(path)?.[1]);
    const file = [...this.#desk.tickets.values()]
      .flatMap((ticket) => [...ticket.files, ...ticket.entries.flatMap(({ files }) => files)])
      .find((candidate) => candidate.id === id);
    if (file === undefined) return { status: 404, body: '' };
    return {
      status: 200,
      headers: { 'content-type': file.mediaType, 'content-disposition': 'attachment' },
      body: file.bytes,
    };
  }
}
