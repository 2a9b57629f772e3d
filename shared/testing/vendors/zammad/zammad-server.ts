/**
 * The part of Zammad's REST API that the console uses, over a {@link ZammadDesk}, with what servers were
 * seen to do wrong, each switched on by a test.
 */
import type { VendorAnswer, VendorReaction, VendorRequest, VendorServer } from '../../vendor-kit';
import type { DeskArticle, DeskFile, DeskTicket, DeskUser, ZammadDesk } from './zammad-desk';

export interface ZammadFaults {
  /** The search finds nothing, whatever there is. */
  searchIsEmpty: boolean;
  /** The search refuses conditions. */
  searchRefuses: boolean;
  /** The search leaves conditions out. */
  searchIgnores: boolean;
  /** Changes of the state are answered with success and not made. */
  ignoresState: boolean;
  /** Text modules are for administrators only. */
  hidesTextModules: boolean;
  /** Whoever signs in has not the permission `admin.user`. */
  lacksAdminUser: boolean;
  /** A proxy on the way takes the header `From` out. */
  losesFrom: boolean;
}

export const TOKEN = 'sample-token';
const ME = 3;

const NOT_FOUND: VendorAnswer = {
  status: 404,
  json: { error: "Couldn't find it.", error_human: 'Not found' },
};
const refused = (error: string): VendorAnswer => ({ status: 422, json: { error, error_human: error } });

type ArticleParams = Partial<Omit<DeskArticle, 'attachments'>> & {
  attachments?: readonly { filename: string; data: string; 'mime-type': string }[];
};

export class ZammadServer implements VendorServer {
  readonly desk: ZammadDesk;
  readonly requests: VendorRequest[] = [];
  readonly faults: ZammadFaults = {
    searchIsEmpty: false,
    searchRefuses: false,
    searchIgnores: false,
    ignoresState: false,
    hidesTextModules: false,
    lacksAdminUser: false,
    losesFrom: false,
  };

  constructor(desk: ZammadDesk) {
    this.desk = desk;
  }

  handle(request: VendorRequest): VendorReaction {
    this.requests.push(request);
    const date = new Date(this.desk.clock.now()).toUTCString();
    const answer = this.#answer(request);
    return { ...answer, headers: { date, ...answer.headers } };
  }

  #answer(request: VendorRequest): VendorAnswer {
    const { method, path, query, headers } = request;
    if (headers['authorization'] !== `Token token=${TOKEN}`) {
      return { status: 401, json: { error: 'Invalid BasicAuth credentials' } };
    }
    const me = this.#actor(request);
    if ('status' in me) return me;
    const api = path.replace(/^\/api\/v1/, '');
    const file = /^\/ticket_attachment\/(\d+)\/(\d+)\/(\d+)$/.exec(api);
    if (file !== null) return this.#file(Number(file[2]), Number(file[3]));
    const by = /^\/(tickets|users|ticket_articles\/by_ticket)\/([^/]+)$/.exec(api);
    const named = by !== null && !['search', 'me'].includes(by[2] ?? '');
    switch (`${method} ${named ? `/${by[1]}/:id` : api}`) {
      case 'GET /users/me':
        return { status: 200, json: me };
      case 'GET /users/search':
        return { status: 200, json: this.#paged(request, this.#agents()) };
      case 'GET /users/:id':
        return found(this.desk.users.find(({ id }) => String(id) === by?.[2]));
      case 'GET /ticket_states':
        return { status: 200, json: this.desk.states };
      case 'GET /ticket_priorities':
        return { status: 200, json: this.desk.priorities };
      case 'GET /text_modules':
        if (this.faults.hidesTextModules) return { status: 403, json: { error: 'Not authorized' } };
        return { status: 200, json: this.#paged(request, this.desk.textModules) };
      case 'GET /tickets':
        return { status: 200, json: this.#paged(request, this.#all(), 100) };
      case 'GET /tickets/search':
        return this.#search(request);
      case 'GET /tickets/:id':
        return found(this.#shown(by?.[2]));
      case 'PUT /tickets/:id':
        return this.#update(request, by?.[2], me);
      case 'DELETE /tickets/:id':
        this.desk.remove(Number(by?.[2]));
        return { status: 204 };
      case 'POST /tickets':
        return this.#create(request);
      case 'GET /ticket_articles/by_ticket/:id':
        if (this.#shown(by?.[2]) === undefined) return NOT_FOUND;
        return { status: 200, json: this.desk.articlesOf(Number(by?.[2])).map(articleJson) };
      case 'GET /tags':
        return { status: 200, json: { tags: this.desk.tags.get(Number(query.get('o_id'))) ?? [] } };
      case 'POST /tags/add':
        return this.#tag(request, (tags, item) => [...new Set([...tags, item])], 201);
      case 'DELETE /tags/remove':
        return this.#tag(request, (tags, item) => tags.filter((tag) => tag !== item), 200);
      case 'GET /links':
        return this.#links(Number(query.get('link_object_value')));
      default:
        return NOT_FOUND;
    }
  }

  /** Who acts: whoever signed in, or whom they name (ApplicationController::HasUser); else a refusal. */
  #actor({ headers }: VendorRequest): DeskUser | VendorAnswer {
    const forbidden = (error: string): VendorAnswer => ({ status: 403, json: { error, error_human: error } });
    const from = this.faults.losesFrom ? undefined : headers['from'];
    const wanted = (from ?? String(ME)).toLowerCase().trim();
    if (from !== undefined && this.faults.lacksAdminUser) {
      return forbidden("Current user has no permission to use 'From'/'X-On-Behalf-Of'!");
    }
    const named = this.desk.users.find(({ id, login, email }) => [String(id), login, email].includes(wanted));
    return named ?? forbidden(`No such user '${from}'`);
  }

  #agents(): readonly unknown[] {
    return this.desk.users.filter(({ roles }) => roles.includes('Agent'));
  }

  #paged({ query }: VendorRequest, rows: readonly unknown[], most = 500): readonly unknown[] {
    const size = Math.min(Number(query.get('per_page') ?? 50), most);
    const from = (Number(query.get('page') ?? 1) - 1) * size;
    return rows.slice(from, from + size);
  }

  #all(): readonly unknown[] {
    return [...this.desk.tickets.values()].sort((a, b) => a.id - b.id).map((ticket) => this.#json(ticket));
  }

  /** Every column, and the names beside the ids. */
  #json(ticket: DeskTicket): Record<string, unknown> {
    const { states, priorities, users } = this.desk;
    return {
      ...ticket,
      state: states.find(({ id }) => id === ticket.state_id)?.name,
      priority: priorities.find(({ id }) => id === ticket.priority_id)?.name,
      owner: users.find(({ id }) => id === ticket.owner_id)?.login,
      customer: users.find(({ id }) => id === ticket.customer_id)?.login,
      article_count: this.desk.articlesOf(ticket.id).length,
      preferences: {},
    };
  }

  #shown(id: string | undefined): Record<string, unknown> | undefined {
    const ticket = this.desk.tickets.get(Number(id));
    return ticket && this.#json(ticket);
  }

  /** By the database: inclusive conditions on one time, and nothing trails. */
  #search(request: VendorRequest): VendorAnswer {
    const { query } = request;
    if (this.faults.searchRefuses) return refused('unexpected condition');
    if (this.faults.searchIsEmpty) return { status: 200, json: [] };
    const field = query.get('sort_by') === 'created_at' ? 'created_at' : 'updated_at';
    const condition = `condition[ticket.${field}]`;
    const value = Date.parse(query.get(`${condition}[value]`) ?? '');
    const up = query.get(`${condition}[operator]`) === 'after (absolute)';
    if (Number.isNaN(value)) return refused('a condition without a value');
    const ignores = this.faults.searchIgnores;
    const rows = [...this.desk.tickets.values()]
      .filter(
        (ticket) => ignores || (up ? Date.parse(ticket[field]) >= value : Date.parse(ticket[field]) <= value),
      )
      .sort((a, b) => (Date.parse(a[field]) - Date.parse(b[field]) || a.id - b.id) * (up ? 1 : -1))
      .map((ticket) => this.#json(ticket));
    return { status: 200, json: this.#paged(request, rows, 200) };
  }

  #create(request: VendorRequest): VendorAnswer {
    const { article } = bodyOf(request) as { article: { body: string; type: string } };
    const ticket = this.desk.customerWrites(article.body, article.type);
    return { status: 201, json: this.#json(ticket) };
  }

  #update(request: VendorRequest, id: string | undefined, me: DeskUser): VendorAnswer {
    const ticket = this.desk.tickets.get(Number(id));
    if (ticket === undefined) return NOT_FOUND;
    const { article, ...changes } = bodyOf(request) as { article?: ArticleParams } & Partial<DeskTicket>;
    const state = this.desk.states.find((one) => one.id === changes.state_id);
    if (state?.state_type.startsWith('pending') && !changes.pending_time) {
      return refused("Missing required value for field 'pending_time'!");
    }
    if (article?.type === 'email' && !article.to) return refused('No recipient given.');
    if (this.faults.ignoresState) delete changes.state_id;
    Object.assign(ticket, changes);
    this.desk.touch(ticket);
    if (article !== undefined) this.#article(ticket, article, me);
    // What was asked for comes last: a reply that closes leaves it closed.
    Object.assign(ticket, changes);
    return { status: 200, json: this.#json(ticket) };
  }

  /** Columns as they are sent, but a mail's own message id is the server's. */
  #article(ticket: DeskTicket, { attachments = [], ...params }: ArticleParams, me: DeskUser): void {
    this.desk.writes(ticket, {
      ...params,
      created_by_id: me.id,
      from: `${me.firstname} ${me.lastname} via Support <support@example.invalid>`,
      ...(params.type === 'email' ? { message_id: `<${this.desk.nextId()}@helpdesk.invalid>` } : {}),
      files: attachments.map(({ filename, data, 'mime-type': type }) => ({
        filename,
        bytes: Uint8Array.from(atob(data), (character) => character.charCodeAt(0)),
        preferences: { 'Mime-Type': type },
      })),
    });
  }

  #tag(
    request: VendorRequest,
    change: (tags: readonly string[], item: string) => string[],
    status: number,
  ): VendorAnswer {
    const { o_id, item } = bodyOf(request) as { o_id: number; item: string };
    this.desk.changeTags(o_id, (tags) => change(tags, item));
    return { status, json: true };
  }

  /** As Link.list: the ticket that something was merged into is its parent. */
  #links(id: number): VendorAnswer {
    const link = (link_type: string, value: number) => ({
      link_type,
      link_object: 'Ticket',
      link_object_value: value,
    });
    const links = this.desk.links.flatMap(({ source, target }) => [
      ...(source === id ? [link('child', target)] : []),
      ...(target === id ? [link('parent', source)] : []),
    ]);
    return { status: 200, json: { links, assets: {} } };
  }

  #file(articleId: number, fileId: number): VendorAnswer {
    const article = this.desk.articles.find(({ id }) => id === articleId);
    const file = article?.attachments.find(({ id }) => id === fileId);
    if (file === undefined) return NOT_FOUND;
    const type = file.preferences['Content-Type'] ?? file.preferences['Mime-Type'] ?? '';
    return {
      status: 200,
      headers: { 'content-type': type, 'content-disposition': 'attachment' },
      body: file.bytes,
    };
  }
}

function found(json: unknown): VendorAnswer {
  return json === undefined ? NOT_FOUND : { status: 200, json };
}

function articleJson({ attachments, ...article }: DeskArticle): object {
  return { ...article, attachments: attachments.map(({ bytes: _left, ...file }: DeskFile) => file) };
}

function bodyOf(request: VendorRequest): unknown {
  return JSON.parse(new TextDecoder().decode(request.body));
}
