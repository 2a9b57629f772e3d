/** The REST 2.0 API of a simulated Request Tracker: the answers of RT 5.0.3 to what the adapter asks. */
import { base64OfBytes } from '../../../backends/auth';
import { readMultipart } from '../../multipart-body';
import type { VendorAnswer, VendorReaction, VendorRequest, VendorServer } from '../../vendor-kit';
import {
  DELETED,
  isActive,
  STATUSES,
  type DeskFile,
  type DeskTicket,
  type DeskTransaction,
  type RtDesk,
} from './rt-desk';
import { jsonSearch, ticketSql, WrongQuery, type Facts, type Filter } from './rt-queries';

export const HOST = 'https://rt.invalid';
const ROOT = '/REST/2.0';
const MOST_PER_PAGE = 100;

const iso = (time: number): string => new Date(time).toISOString().replace('.000Z', 'Z');
const uid = (type: string, id: string | number): Record<string, unknown> => ({
  type,
  id: String(id),
  _url: `${HOST}${ROOT}/${type}/${id}`,
});
const no = (status: number, message: string): VendorAnswer => ({ status, json: { message } });

type Row = Record<string, unknown>;

export class RtServer implements VendorServer {
  /** `METHOD /path?query` of each request, decoded. */
  readonly asked: string[] = [];
  readonly faults = {
    /** PUT answers 200 with words and does nothing. */
    refusesQuietly: false,
    /** References are not written (the right is missing), and nothing says so. */
    dropsRefs: false,
    /** Called before the next PUT is judged, once. */
    beforePut: null as (() => void) | null,
  };

  constructor(readonly desk: RtDesk) {}

  handle(request: VendorRequest): VendorReaction {
    const asked = request.query.toString().replaceAll('+', ' ');
    this.asked.push(`${request.method} ${request.path}?${decodeURIComponent(asked)}`);
    try {
      const answer = this.#answer(request);
      const date = new Date(this.desk.clock.now()).toUTCString();
      return { ...answer, headers: { date, ...answer.headers } };
    } catch (error) {
      if (error instanceof WrongQuery) return no(400, error.message);
      throw error;
    }
  }

  #answer({ method, path, query, headers, body }: VendorRequest): VendorAnswer {
    const token = headers['authorization']?.replace(/^token /i, '') ?? '';
    const me = this.desk.users.find((user) => user.token !== null && user.token === token);
    if (me === undefined) return no(401, 'Unauthorized');
    if (!path.startsWith(`${ROOT}/`)) return no(404, 'Not Found');
    const [kind = '', id = '', verb = ''] = path
      .slice(ROOT.length + 1)
      .split('/')
      .map(decodeURIComponent);
    if (method === 'GET') return this.#read(kind, id, verb, query);
    const ticket = kind === 'ticket' ? this.desk.ticket(Number(id)) : undefined;
    if (method === 'PUT' && ticket !== undefined) {
      return this.#change(ticket, headers['if-match'] ?? null, readJson(body), me.login);
    }
    if (method === 'POST' && kind === 'ticket' && id === '') return this.#make(readJson(body));
    if (method !== 'POST' || (verb !== 'correspond' && verb !== 'comment')) return no(404, 'Not Found');
    // The resource of messages has no ETag, so every value fails (Web::Machine, if_match).
    if (headers['if-match'] !== undefined) return no(412, 'Precondition Failed');
    if (ticket === undefined) return no(400, 'Message could not be recorded');
    return this.#say(ticket, verb === 'comment' ? 'Comment' : 'Correspond', headers, body, me.login);
  }

  #read(kind: string, id: string, verb: string, query: URLSearchParams): VendorAnswer {
    const { desk } = this;
    const text = query.get('query') ?? '';
    switch (kind) {
      case 'rt':
        return { status: 200, json: { Version: '5.0.3' } };
      case 'user': {
        const user = desk.users.find((each) => each.login === id || String(each.id) === id);
        if (user === undefined) return no(404, 'Not Found');
        const { login: Name, realName: RealName, email: EmailAddress, staff } = user;
        return {
          status: 200,
          json: { id: user.id, Name, RealName, EmailAddress, Privileged: staff ? 1 : 0 },
        };
      }
      case 'queues':
        return { status: 200, json: { items: [uid('queue', 3)], count: 1, total: 1, page: 1, per_page: 20 } };
      case 'users':
        return this.#list(
          desk.users,
          jsonSearch(text),
          (user) => factsOf({ id: user.id, Name: user.login }),
          {
            query,
            view: ({ login, realName, email }) => ({
              ...uid('user', login),
              Name: login,
              RealName: realName,
              EmailAddress: email,
            }),
            countable: true,
          },
        );
      case 'articles':
        return this.#list(desk.articles, jsonSearch(text), ({ id: article }) => factsOf({ id: article }), {
          query,
          view: (article) => ({
            ...uid('article', article.id),
            Name: article.name,
            Summary: '',
            Class: { ...uid('class', 2), Name: 'Saved replies' },
            LastUpdated: iso(0),
            Disabled: article.disabled ? '1' : '0',
            CustomFields: [{ ...uid('customfield', 1), name: 'Content', values: [article.content] }],
          }),
          countable: true,
        });
      case 'tickets': {
        const live = [...desk.tickets.values()].filter(
          (ticket) =>
            ticket.mergedInto === null && ticket.status !== DELETED && !desk.hiddenTickets.has(ticket.id),
        );
        return this.#list(live, ticketSql(text), ticketFacts, {
          query,
          view: (ticket) => this.#ticketRow(ticket),
          countable: true,
        });
      }
      case 'ticket':
        return this.#ticket(Number(id), verb, query);
      case 'transactions':
        return this.#transactions(desk.visible(), ticketSql(text), query);
      case 'attachments':
        return this.#list(
          desk.parts,
          jsonSearch(text),
          (part) => factsOf({ id: part.id, TransactionId: part.transactionId }),
          { query, view: (part) => this.#partRow(part), countable: false },
        );
      case 'attachment': {
        if (!/^\d+$/.test(id)) return no(404, 'Not Found');
        const part = desk.parts.find((each) => each.id === Number(id));
        // So it does, for one that is not there.
        if (part === undefined) return no(500, 'Internal Server Error');
        return { status: 200, json: { id: part.id, Content: base64OfBytes(part.bytes) } };
      }
      default:
        return no(404, 'Not Found');
    }
  }

  #ticket(id: number, verb: string, query: URLSearchParams): VendorAnswer {
    const ticket = this.desk.ticket(id);
    if (verb === 'history') {
      const history = ticket === undefined ? [] : this.desk.historyOf(ticket);
      return this.#transactions(history, jsonSearch(query.get('query') ?? '[]'), query);
    }
    if (ticket === undefined) return no(404, 'Not Found');
    if (this.desk.hiddenTickets.has(ticket.id)) return no(403, 'Forbidden');
    const json = { ...this.#ticketRow(ticket), id: ticket.id };
    return { status: 200, json, headers: { etag: this.#etag(ticket) } };
  }

  #etag(ticket: DeskTicket): string {
    return `"${this.desk.historyOf(ticket).findLast((one) => this.desk.mayBeSeen(one))?.id ?? 0}"`;
  }

  #transactions(all: readonly DeskTransaction[], filter: Filter, query: URLSearchParams): VendorAnswer {
    return this.#list(all, filter, transactionFacts, {
      query,
      view: (one) => this.#transactionRow(one),
      countable: false,
      seen: (one) => this.desk.mayBeSeen(one),
    });
  }

  /** A page is cut first; what may not be seen is left out of it then, and no total is told. */
  #list<T extends { id: number }>(
    all: readonly T[],
    filter: Filter,
    facts: (thing: T) => Facts,
    how: { query: URLSearchParams; view(thing: T): Row; countable: boolean; seen?(thing: T): boolean },
  ): VendorAnswer {
    const { query, view, countable, seen = () => true } = how;
    const perPage = Math.min(MOST_PER_PAGE, Number(query.get('per_page') ?? 20));
    const page = Number(query.get('page') ?? 1);
    const down = query.get('order') === 'DESC' ? -1 : 1;
    const found = all.filter((thing) => filter(facts(thing))).sort((a, b) => (a.id - b.id) * down);
    const wanted = new Set(['id', 'type', '_url', ...(query.get('fields') ?? '').split(',')]);
    const items = found
      .slice((page - 1) * perPage, page * perPage)
      .filter(seen)
      .map((thing) => Object.fromEntries(Object.entries(view(thing)).filter(([name]) => wanted.has(name))));
    const total = countable ? found.length : null;
    return { status: 200, json: { items, count: items.length, total, page, per_page: perPage } };
  }

  #ticketRow(ticket: DeskTicket): Row {
    const person = (login: string): Row => {
      const user = this.desk.userByLogin(login);
      return {
        ...uid('user', login),
        Name: login,
        RealName: user?.realName ?? '',
        EmailAddress: user?.email ?? '',
        Created: iso(ticket.created),
        LastUpdated: iso(ticket.created),
      };
    };
    const field = (id: number, name: string, values: readonly string[]): Row => ({
      ...uid('customfield', id),
      name,
      values,
    });
    return {
      ...uid('ticket', ticket.id),
      Subject: ticket.subject,
      Status: ticket.status,
      Queue: { ...uid('queue', 3), Name: ticket.queue },
      Owner: person(ticket.owner),
      Requestor: ticket.requestors.map(person),
      Cc: [],
      Creator: uid('user', ticket.creator),
      Created: iso(ticket.created),
      LastUpdated: iso(ticket.lastUpdated),
      Resolved: iso(ticket.resolved),
      Priority: String(ticket.priority),
      CustomFields: [
        field(4, 'Tags', ticket.tags),
        field(3, 'Channel', ticket.channel === null ? [] : [ticket.channel]),
      ],
    };
  }

  #transactionRow(one: DeskTransaction): Row {
    const creator = this.desk.userByLogin(one.creator);
    return {
      ...uid('transaction', one.id),
      Type: one.type,
      ObjectId: String(one.ticketId),
      Creator: { ...uid('user', one.creator), Name: one.creator, RealName: creator?.realName ?? '' },
      Created: iso(one.created),
      Field: one.field,
      OldValue: one.oldValue,
      NewValue: one.newValue,
      CustomFields: this.desk.keepsRefs
        ? [{ ...uid('customfield', 2), name: 'ClientMsgId', values: one.refs }]
        : '',
    };
  }

  #partRow(part: RtDesk['parts'][number]): Row {
    return {
      ...uid('attachment', part.id),
      TransactionId: String(part.transactionId),
      Filename: part.fileName,
      ContentType: part.contentType,
      Headers: part.headers,
      ContentLength: String(part.bytes.length),
      Content: new TextDecoder().decode(part.bytes),
    };
  }

  #say(
    ticket: DeskTicket,
    type: 'Correspond' | 'Comment',
    headers: VendorRequest['headers'],
    body: Uint8Array,
    me: string,
  ): VendorAnswer {
    const contentType = headers['content-type'] ?? '';
    const parts = contentType.startsWith('multipart/') ? readMultipart(contentType, body) : null;
    const json =
      parts === null ? readJson(body) : textJson(parts.fields.find(([name]) => name === 'JSON')?.[1]);
    const files: DeskFile[] = parts?.files ?? [];
    const said = this.desk.say(ticket, type, me, String(json['Content'] ?? ''), files);
    const words = [type === 'Comment' ? 'Comments added' : 'Correspondence added'];
    const ref = (json['TxnCustomFields'] as Record<string, string> | undefined)?.['ClientMsgId'];
    if (ref !== undefined && this.desk.keepsRefs && !this.faults.dropsRefs) said.refs.push(ref);
    else words.push('Unable to load transaction custom field: ClientMsgId');
    if (typeof json['Status'] === 'string') words.push(this.#setStatus(ticket, json['Status'], me));
    return { status: 201, json: words, headers: { location: `${ROOT}/transaction/${said.id}` } };
  }

  /** As the web form of an agent makes one for a customer. */
  #make(json: Row): VendorAnswer {
    const { desk } = this;
    const { login } = desk.userByMail(String(json['Requestor']), '');
    const ticket = desk.open(login, String(json['Content'] ?? ''));
    ticket.subject = String(json['Subject'] ?? '');
    return { status: 201, json: uid('ticket', ticket.id) };
  }

  /** Each part of a change is taken or refused by itself; the answer is 200 either way. */
  #change(ticket: DeskTicket, ifMatch: string | null, json: Row, me: string): VendorAnswer {
    this.faults.beforePut?.();
    this.faults.beforePut = null;
    if (ifMatch !== null && ifMatch !== this.#etag(ticket)) return no(412, 'Precondition Failed');
    if (this.faults.refusesQuietly) return { status: 200, json: [`Ticket ${ticket.id}: Permission Denied`] };
    const words: string[] = [];
    if (typeof json['Status'] === 'string') words.push(this.#setStatus(ticket, json['Status'], me));
    if (typeof json['Owner'] === 'string') {
      const known = this.desk.userByLogin(json['Owner']);
      if (known === undefined) words.push(`Ticket ${ticket.id}: That user does not exist`);
      else this.desk.set(ticket, 'owner', known.login, me);
    }
    if (json['Priority'] !== undefined) this.desk.set(ticket, 'priority', String(json['Priority']), me);
    const tags = (json['CustomFields'] as { Tags?: string[] } | undefined)?.Tags;
    if (tags !== undefined) this.desk.setTags(ticket, tags, me);
    return { status: 200, json: words };
  }

  #setStatus(ticket: DeskTicket, status: string, me: string): string {
    if (!STATUSES.has(status)) return `Status '${status}' isn't a valid status for this ticket.`;
    const before = ticket.status;
    this.desk.setStatus(ticket, status, me);
    return `Status changed from '${before}' to '${status}'`;
  }
}

function ticketFacts(ticket: DeskTicket): Facts {
  const { id, status, subject } = ticket;
  const sets = [status, isActive(ticket) ? '__Active__' : '__Inactive__'];
  return factsOf({ id, Status: sets, Subject: subject });
}

function transactionFacts({ id, ticketId, type, field, creator, refs }: DeskTransaction): Facts {
  return factsOf({
    id,
    ObjectType: 'RT::Ticket',
    ObjectId: ticketId,
    Type: type,
    Field: field,
    Creator: creator,
    'CF.{ClientMsgId}': refs,
  });
}

function factsOf(known: Readonly<Record<string, string | number | readonly string[]>>): Facts {
  return (name) => known[name];
}

function readJson(body: Uint8Array): Row {
  return textJson(new TextDecoder().decode(body));
}

function textJson(text = '{}'): Row {
  return JSON.parse(text) as Row;
}
