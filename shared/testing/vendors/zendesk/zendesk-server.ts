/**
 * The part of the Zendesk Support API that the console uses, over a {@link ZendeskDesk}: paging,
 * limits, late lists, and the faults that were seen at real accounts, each switched on by a test.
 */
import type { VendorAnswer, VendorReaction, VendorRequest, VendorServer } from '../../vendor-kit';
import type { ZendeskDesk } from './zendesk-desk';
import {
  type DeskFile,
  type DeskThread,
  type DeskTicket,
  type DeskUpdate,
  type DeskUser,
} from './zendesk-desk';

export interface ZendeskFaults {
  /** How far the search index trails, in ms. */
  searchLagMs: number;
  /** Exports leave out the newest changes, in ms. */
  exportLagMs: number;
  /** Exports give the last row of a page once more at the beginning of the next. */
  repeatsAtEdges: boolean;
  /** Updates of the status are answered with success and not made. */
  ignoresStatus: boolean;
  /** Comments are those of whoever is signed in, whatever author was named. */
  ignoresAuthor: boolean;
  /** The connection ends after the next change was made. */
  cutsAfterCommit: boolean;
  /** Called before tags are written: room for somebody else's change. */
  beforeTags: (() => void) | null;
  /** Lists of tickets come without the people in them. */
  sideloadsNobody: boolean;
  /** Export cursors are refused until one is asked for without. */
  refusesCursors: boolean;
  /** Rows a page has at most. */
  mostRows: number;
  /** Exports a minute, for everybody together. */
  exportsPerMinute: number;
  /** Updates of one ticket by one person within ten minutes. */
  updatesPerTicket: number;
}

/** Sign-ins that the account knows. */
export const ADMIN = { login: 'sample.admin@example.invalid', token: 'sample-key' };
export const AGENT = { login: 'sample.agent@example.invalid', token: 'sample-key' };
export const OAUTH_TOKEN = 'sample-oauth-token';

const HOME = 'https://sample.zendesk.invalid';
/** Where the files lie: another host, which must see no credentials. */
const STORE = 'https://files.invalid';

const SEARCH_MOST = 1_000;

const error = (status: number, code: string, description: string, more = {}): VendorAnswer => ({
  status,
  json: { error: code, description, ...more },
});
const NOT_FOUND = error(404, 'RecordNotFound', 'Not found');

export class ZendeskServer implements VendorServer {
  readonly desk: ZendeskDesk;
  readonly requests: VendorRequest[] = [];
  readonly faults: ZendeskFaults = {
    searchLagMs: 30_000,
    exportLagMs: 60_000,
    repeatsAtEdges: true,
    ignoresStatus: false,
    ignoresAuthor: false,
    cutsAfterCommit: false,
    beforeTags: null,
    sideloadsNobody: false,
    refusesCursors: false,
    mostRows: 1_000,
    exportsPerMinute: 10,
    updatesPerTicket: 30,
  };
  readonly #exports: number[] = [];
  readonly #updates: { key: string; at: number }[] = [];

  constructor(desk: ZendeskDesk) {
    this.desk = desk;
  }

  handle(request: VendorRequest): VendorReaction {
    this.requests.push(request);
    const before = this.#changes();
    const answer = this.#answer(request);
    if (this.faults.cutsAfterCommit && this.#changes() !== before) {
      this.faults.cutsAfterCommit = false;
      return 'cut';
    }
    const date = new Date(this.desk.clock.now()).toUTCString();
    return {
      ...answer,
      headers: { date, 'x-rate-limit': '700', 'x-rate-limit-remaining': '650', ...answer.headers },
    };
  }

  #changes(): number {
    return [...this.desk.threads.values()].reduce((sum, { audits }) => sum + audits.length, 0);
  }

  #answer(request: VendorRequest): VendorAnswer {
    const { method, path } = request;
    const stored = /^\/stored\/(\d+)$/.exec(path);
    if (stored !== null) return this.#stored(request, Number(stored[1]));
    const attached = /^\/attachments\/token\/(\d+)$/.exec(path);
    if (attached !== null)
      return { status: 302, headers: { location: `${STORE}/stored/${attached[1]}` }, body: '' };
    const me = this.#who(request);
    if (me === 'nobody') return { status: 401, json: { error: "Couldn't authenticate you" } };
    const api = path.replace(/^\/api\/v2/, '');
    const by = /^\/(tickets|attachments|users(?=\/\d+\/))\/([^/]+)(\/\w+)?$/.exec(api);
    switch (`${method} ${by === null ? api : `/${by[1]}/:id${by[3] ?? ''}`}`) {
      case 'GET /users/me':
        return { status: 200, json: { user: me ?? { id: null, name: 'Anonymous user', role: 'end-user' } } };
      case 'GET /users':
        return this.#listed(
          request,
          'users',
          this.desk.users.filter(({ role }) => role !== 'end-user'),
        );
      case 'GET /users/show_many': {
        const ids = (request.query.get('ids') ?? '').split(',');
        return { status: 200, json: { users: this.desk.users.filter(({ id }) => ids.includes(String(id))) } };
      }
      case 'GET /users/:id/identities':
        return { status: 200, json: { identities: this.desk.identities.get(Number(by?.[2])) ?? [] } };
      case 'GET /macros/active':
        return {
          status: 200,
          json: { macros: this.desk.macros, count: this.desk.macros.length, next_page: null },
        };
      case 'GET /custom_statuses':
        return { status: 200, json: { custom_statuses: this.desk.customStatuses } };
      case 'GET /incremental/tickets/cursor':
        return this.#export(request, me);
      case 'GET /search':
        return this.#search(request);
      case 'GET /tickets':
        return this.#list(request);
      case 'GET /tickets/count':
        return {
          status: 200,
          json: { count: { value: this.#live().length, refreshed_at: this.desk.stamp() } },
        };
      case 'GET /tickets/:id':
        return by?.[2] === 'show_many'
          ? this.#showMany(request)
          : by?.[2] === 'count'
            ? this.#count()
            : this.#show(by?.[2]);
      case 'GET /tickets/:id/comments':
        return this.#comments(request, by?.[2]);
      case 'GET /tickets/:id/audits':
        return this.#audits(request, by?.[2]);
      case 'PUT /tickets/:id':
        return this.#update(request, by?.[2], me);
      case 'PUT /tickets/:id/tags':
      case 'DELETE /tickets/:id/tags':
        return this.#tags(request, by?.[2]);
      case 'POST /tickets':
        return this.#create(request);
      case 'DELETE /tickets/:id':
        return this.#delete(by?.[2]);
      case 'POST /uploads':
        return this.#upload(request);
      case 'GET /attachments/:id':
        return this.#attachment(by?.[2]);
      default:
        return error(404, 'InvalidEndpoint', 'Not found');
    }
  }

  /** `null`: nobody in particular, to whom Zendesk still says who that is. */
  #who({ headers }: VendorRequest): DeskUser | 'nobody' | null {
    const given = headers['authorization'];
    if (given === undefined) return null;
    if (given === `Bearer ${OAUTH_TOKEN}`) return this.desk.users[1] ?? 'nobody';
    const [kind, code = ''] = given.split(' ');
    if (kind !== 'Basic') return 'nobody';
    const [login = '', key] = atob(code).split(':');
    const user = this.desk.users.find(({ email }) => login === `${email}/token`);
    return user === undefined || key !== ADMIN.token ? 'nobody' : user;
  }

  #count(): VendorAnswer {
    return { status: 200, json: { count: { value: this.#live().length, refreshed_at: this.desk.stamp() } } };
  }

  #live(): DeskThread[] {
    return [...this.desk.threads.values()].filter(({ ticket }) => ticket.status !== 'deleted');
  }

  #find(id: string | undefined): DeskThread | null {
    const found = /^\d+$/.test(id ?? '') ? this.desk.threads.get(Number(id)) : undefined;
    return found === undefined || found.ticket.status === 'deleted' ? null : found;
  }

  #size({ query }: VendorRequest, name = 'page[size]'): number {
    return Math.min(Number(query.get(name) ?? 100), this.faults.mostRows);
  }

  #beside(tickets: readonly DeskTicket[], request: VendorRequest): Record<string, unknown> {
    const wanted = request.query.get('include') ?? '';
    if (!wanted.includes('users') || this.faults.sideloadsNobody) return {};
    const ids = new Set(tickets.flatMap(({ requester_id, assignee_id }) => [requester_id, assignee_id]));
    return { users: this.desk.users.filter(({ id }) => ids.has(id)) };
  }

  #counted = (ticket: DeskTicket): object => ({
    ...ticket,
    comment_count: this.desk.thread(ticket.id).comments.length,
  });

  #list(request: VendorRequest): VendorAnswer {
    const byTime = request.query.get('sort') === '-updated_at';
    const place = ({ updated_at, id }: DeskTicket): string =>
      (byTime ? `${updated_at} ` : '') + String(id).padStart(9, '0');
    const sorted = this.#live()
      .map(({ ticket }) => ticket)
      .sort((a, b) => (place(a) < place(b) === byTime ? 1 : -1));
    const after = request.query.get('page[after]');
    const rest =
      after === null
        ? sorted
        : sorted.filter((ticket) => place(ticket) < after === byTime && place(ticket) !== after);
    const page = rest.slice(0, this.#size(request));
    const last = page.at(-1);
    return {
      status: 200,
      json: {
        tickets: page.map(this.#counted),
        ...this.#beside(page, request),
        meta: { has_more: rest.length > page.length, after_cursor: last === undefined ? null : place(last) },
      },
    };
  }

  /** Any list with cursor pagination, by place. */
  #listed(request: VendorRequest, name: string, rows: readonly unknown[], more = {}): VendorAnswer {
    const from = Number(request.query.get('page[after]') ?? 0);
    const to = from + this.#size(request);
    return {
      status: 200,
      json: {
        [name]: rows.slice(from, to),
        ...more,
        meta: { has_more: to < rows.length, after_cursor: to < rows.length ? String(to) : null },
      },
    };
  }

  #show(id: string | undefined): VendorAnswer {
    const thread = this.#find(id);
    if (thread === null) return NOT_FOUND;
    const users = this.desk.users.filter((user) => user.id === thread.ticket.requester_id);
    return { status: 200, json: { ticket: this.#counted(thread.ticket), users } };
  }

  #showMany(request: VendorRequest): VendorAnswer {
    const ids = (request.query.get('ids') ?? '').split(',');
    const tickets = ids.flatMap((id) => this.#find(id)?.ticket ?? []);
    return { status: 200, json: { tickets: tickets.map(this.#counted), ...this.#beside(tickets, request) } };
  }

  #comments(request: VendorRequest, id: string | undefined): VendorAnswer {
    const thread = this.#find(id);
    if (thread === null) return NOT_FOUND;
    const rows = thread.comments.map((comment) => ({
      ...comment,
      attachments: comment.attachments.map((file) => this.#described(file)),
    }));
    const authors = new Set(rows.map(({ author_id }) => author_id));
    const users = this.desk.users.filter((user) => authors.has(user.id));
    const ordered = request.query.get('sort') === '-created_at' ? rows.toReversed() : rows;
    return this.#listed(request, 'comments', ordered, { users });
  }

  #audits(request: VendorRequest, id: string | undefined): VendorAnswer {
    const thread = this.#find(id);
    return thread === null ? NOT_FOUND : this.#listed(request, 'audits', thread.audits);
  }

  #export({ query }: VendorRequest, me: DeskUser | null): VendorAnswer {
    if (me?.role !== 'admin') {
      return {
        status: 403,
        json: { error: { title: 'Forbidden', message: 'You do not have access to this page.' } },
      };
    }
    const now = this.desk.clock.now();
    while ((this.#exports[0] ?? Infinity) <= now - 60_000) this.#exports.shift();
    if (this.#exports.length >= this.faults.exportsPerMinute) {
      return {
        ...error(
          429,
          'APIRateLimitExceeded',
          'Number of allowed incremental ticket export API requests per minute exceeded',
        ),
        headers: { 'retry-after': '37' },
      };
    }
    this.#exports.push(now);
    if (this.faults.refusesCursors && query.has('cursor'))
      return error(400, 'InvalidCursor', 'Invalid cursor');
    const until = Math.floor((now - this.faults.exportLagMs) / 1_000);
    const place = (ticket: DeskTicket): string =>
      `${ticket.generated_timestamp} ${String(ticket.id).padStart(9, '0')}`;
    const after = query.get('cursor') ?? query.get('start_time') ?? '0';
    const all = [...this.desk.threads.values()]
      .map(({ ticket }) => ticket)
      .filter(({ generated_timestamp }) => generated_timestamp <= until)
      .filter((ticket) => (this.faults.repeatsAtEdges ? place(ticket) >= after : place(ticket) > after))
      .sort((a, b) => (place(a) < place(b) ? -1 : 1));
    const page = all.slice(0, Math.max(2, this.faults.mostRows));
    const last = page.at(-1);
    return {
      status: 200,
      json: {
        tickets: page.map(this.#counted),
        users: this.desk.users,
        after_cursor: last === undefined ? after : place(last),
        before_cursor: null,
        end_of_stream: page.length === all.length,
      },
    };
  }

  #search(request: VendorRequest): VendorAnswer {
    const { query } = request;
    const since = /^type:ticket updated>=(\S+)$/.exec(query.get('query') ?? '')?.[1];
    if (since === undefined) return error(422, 'invalid', 'Invalid search');
    const size = this.#size(request, 'per_page');
    const from = (Number(query.get('page') ?? 1) - 1) * size;
    if (from >= SEARCH_MOST)
      return error(
        422,
        'invalid',
        'Invalid search: Requested response size was greater than Search Response Limits',
      );
    const indexed = this.desk.clock.now() - this.faults.searchLagMs;
    const found = this.#live()
      .flatMap(({ past }) => past.findLast(({ at }) => at <= indexed)?.ticket ?? [])
      .filter(({ updated_at }) => Date.parse(updated_at) >= Date.parse(since))
      .sort((a, b) => Date.parse(a.updated_at) - Date.parse(b.updated_at) || a.id - b.id)
      .slice(0, SEARCH_MOST);
    const page = found.slice(from, from + size);
    return {
      status: 200,
      json: {
        // Rows of a search say only when they last changed.
        results: page.map(({ generated_timestamp: _left, ...ticket }) => ({
          ...ticket,
          result_type: 'ticket',
        })),
        ...this.#beside(page, request),
        count: found.length,
        next_page: from + size < found.length ? `${HOME}/api/v2/search.json?page=next` : null,
        previous_page: null,
      },
    };
  }

  #update(request: VendorRequest, id: string | undefined, me: DeskUser | null): VendorAnswer {
    const thread = this.#find(id);
    if (thread === null) return NOT_FOUND;
    const limited = this.#tooMany(`${me?.id} ${thread.ticket.id}`);
    if (limited !== null) return limited;
    const { ticket: wanted } = bodyOf(request) as {
      ticket: DeskUpdate & { safe_update?: boolean; updated_stamp?: string };
    };
    const { ticket } = thread;
    if (wanted.safe_update === true && wanted.updated_stamp !== ticket.updated_at) return conflict();
    if (ticket.status === 'closed') {
      return error(422, 'RecordInvalid', 'Record validation errors', {
        details: { status: [{ description: 'Status: closed prevents ticket update' }] },
      });
    }
    const writer = wanted.comment?.author_id;
    if (writer !== undefined && !this.desk.users.some((user) => user.id === writer)) {
      return error(422, 'RecordInvalid', 'Record validation errors', {
        details: { author: [{ description: 'Author: is not a known user' }] },
      });
    }
    if (this.faults.ignoresAuthor) delete wanted.comment?.author_id;
    const { status: _left, ...rest } = wanted;
    const audit = this.desk.update(thread, me?.id ?? 2, this.faults.ignoresStatus ? rest : wanted);
    return { status: 200, json: { ticket, audit } };
  }

  #create(request: VendorRequest): VendorAnswer {
    const { ticket } = bodyOf(request) as { ticket: { comment: { body: string } } };
    const made = this.desk.customerWrites(ticket.comment.body);
    return { status: 201, json: { ticket: made.ticket, audit: made.audits[0] } };
  }

  #delete(id: string | undefined): VendorAnswer {
    const thread = this.#find(id);
    if (thread === null) return NOT_FOUND;
    this.desk.remove(thread.ticket.id);
    return { status: 204 };
  }

  #tooMany(key: string): VendorAnswer | null {
    const now = this.desk.clock.now();
    const recent = this.#updates.filter((one) => one.key === key && one.at > now - 600_000);
    if (recent.length >= this.faults.updatesPerTicket) {
      return {
        ...error(429, 'TooManyRequests', 'Update limit for this ticket'),
        headers: { 'retry-after': '60' },
      };
    }
    this.#updates.push({ key, at: now });
    return null;
  }

  #tags(request: VendorRequest, id: string | undefined): VendorAnswer {
    const thread = this.#find(id);
    if (thread === null) return NOT_FOUND;
    this.faults.beforeTags?.();
    const { tags, updated_stamp, safe_update } = bodyOf(request) as {
      tags: string[];
      updated_stamp?: string;
      safe_update?: string;
    };
    if (safe_update === 'true' && updated_stamp !== thread.ticket.updated_at) return conflict();
    const adds = request.method === 'PUT';
    this.desk.changeTags(thread, adds ? tags : [], adds ? [] : tags);
    return adds ? { status: 200, json: { tags: thread.ticket.tags } } : { status: 204 };
  }

  #upload(request: VendorRequest): VendorAnswer {
    const { token, file } = this.desk.store({
      file_name: request.query.get('filename') ?? '',
      content_type: request.headers['content-type'] ?? '',
      bytes: request.body,
    });
    return { status: 201, json: { upload: { token, attachment: this.#described(file), attachments: [] } } };
  }

  #attachment(id: string | undefined): VendorAnswer {
    const file = this.desk.files.get(Number(id));
    return file === undefined ? NOT_FOUND : { status: 200, json: { attachment: this.#described(file) } };
  }

  #described({ bytes, ...file }: DeskFile): object {
    return {
      ...file,
      size: bytes.length,
      deleted: false,
      content_url: `${HOME}/attachments/token/${file.id}`,
      thumbnails: [],
    };
  }

  #stored({ headers }: VendorRequest, id: number): VendorAnswer {
    if (headers['authorization'] !== undefined) return { status: 400, body: 'Credentials at a stranger.' };
    const file = this.desk.files.get(id);
    if (file === undefined) return { status: 404, body: '' };
    return {
      status: 200,
      headers: { 'content-type': file.content_type, 'content-disposition': 'attachment' },
      body: file.bytes,
    };
  }
}

function conflict(): VendorAnswer {
  return error(409, 'UpdateConflict', 'Safe Update prevented the update due to outdated ticket data.');
}

function bodyOf(request: VendorRequest): unknown {
  return JSON.parse(new TextDecoder().decode(request.body));
}
