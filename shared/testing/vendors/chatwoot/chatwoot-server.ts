/**
 * A simulated Chatwoot: the part of its API that a console uses, with its habits. Routes and rules as in
 * its source (controllers, finders, `MessageBuilder`); what goes wrong there can be switched on.
 */
import type { SocketRequest, TextSocket } from '../../../backends/socket';
import { nestedFields, readMultipart } from '../../multipart-body';
import type { VendorAnswer, VendorReaction, VendorRequest, VendorServer } from '../../vendor-kit';
import { acceptSocket, type CableSocket } from './chatwoot-cable';
import type { ChatwootDesk, DeskAgent, DeskConversation, DeskStatus } from './chatwoot-desk';
import { conversationView, HOST, messageView } from './chatwoot-views';

const MESSAGES_PER_PAGE = 20;

/** What goes wrong, beside what always does. */
export interface ChatwootFaults {
  /** Servers before 2023: the parameter is not known, and `updated_at` is not told. */
  old: boolean;
  /** Success for a change of status that is not made. */
  refusesQuietly: boolean;
  /** So many requests are refused with 429 although nothing told of it. */
  tooMany: number;
  /** The next message is stored, and the connection ends. */
  cutAfterMessage: boolean;
  /** Runs between a reading and a writing of labels. */
  betweenLabels: (() => void) | null;
  /** What it does with labels instead of keeping them. */
  losesLabels: boolean;
  /** Its clock runs ahead of ours, ms. */
  clockAheadMs: number;
}

type Handler = (match: RegExpExecArray, request: VendorRequest, agent: DeskAgent) => VendorReaction;

const refused = (status: number, error: string): VendorAnswer => ({ status, json: { error } });

export class ChatwootServer implements VendorServer {
  readonly faults: ChatwootFaults = {
    old: false,
    refusesQuietly: false,
    tooMany: 0,
    cutAfterMessage: false,
    betweenLabels: null,
    losesLabels: false,
    clockAheadMs: 0,
  };
  /** What it was asked, newest last: method, path and query. */
  readonly asked: string[] = [];
  readonly sockets = new Set<CableSocket>();
  readonly #desk: ChatwootDesk;
  readonly #perPage: number;
  readonly #routes: readonly [method: string, path: RegExp, handler: Handler][];

  constructor(desk: ChatwootDesk, perPage: number) {
    this.#desk = desk;
    desk.onEvent = (event) => {
      for (const socket of this.sockets) socket.announce(event);
    };
    this.#perPage = perPage;
    const one = '/conversations/(\\w+)';
    const route = (method: string, path: string, handler: Handler): [string, RegExp, Handler] => [
      method,
      new RegExp(`^/api/v1/accounts/(\\w+)${path}$`),
      handler,
    ];
    const found =
      (
        handler: (found: DeskConversation, request: VendorRequest, agent: DeskAgent) => VendorReaction,
      ): Handler =>
      (match, request, agent) => {
        const conversation = this.#desk.conversations.get(Number(match[2]));
        if (conversation === undefined) return refused(404, 'Resource could not be found');
        if (conversation.hiddenFrom.has(agent.id))
          return refused(401, 'You are not authorized to do this action');
        return handler(conversation, request, agent);
      };
    this.#routes = [
      route('GET', '/agents', () => this.#agents()),
      route('GET', '/inboxes', () => ({ status: 200, json: { payload: this.#desk.inboxes } })),
      route('POST', '/contacts', (_match, request) => this.#newContact(request)),
      route('POST', '/conversations', (_match, request) => this.#newConversation(request)),
      route(
        'DELETE',
        one,
        found((conversation, _request, agent) => this.#remove(conversation, agent)),
      ),
      route('GET', '/canned_responses', () => this.#canned()),
      route('GET', '/conversations', (_match, request, agent) => this.#list(request, agent)),
      route(
        'GET',
        one,
        found((conversation) => this.#show(conversation)),
      ),
      route(
        'GET',
        `${one}/messages`,
        found((conversation, request) => this.#messages(conversation, request)),
      ),
      route(
        'POST',
        `${one}/messages`,
        found((...all) => this.#write(...all)),
      ),
      route(
        'POST',
        `${one}/toggle_status`,
        found((...all) => this.#toggleStatus(...all)),
      ),
      route(
        'POST',
        `${one}/toggle_priority`,
        found((conversation, request) => this.#togglePriority(conversation, request)),
      ),
      route(
        'POST',
        `${one}/assignments`,
        found((...all) => this.#assign(...all)),
      ),
      route(
        'GET',
        `${one}/labels`,
        found((conversation) => this.#labels(conversation)),
      ),
      route(
        'POST',
        `${one}/labels`,
        found((conversation, request) => this.#writeLabels(conversation, request)),
      ),
    ];
  }

  handle(request: VendorRequest): VendorReaction {
    this.#desk.runJobs();
    this.asked.push(`${request.method} ${request.path}?${request.query.toString()}`);
    const reaction = this.#answer(request);
    if (reaction === 'cut') return reaction;
    const date = new Date(this.#now()).toUTCString();
    return { ...reaction, headers: { date, ...reaction.headers } };
  }

  dial(request: SocketRequest): Promise<TextSocket> {
    const socket = acceptSocket(this.#desk, request, HOST);
    this.sockets.add(socket);
    request.signal.addEventListener('abort', () => this.sockets.delete(socket), { once: true });
    return Promise.resolve(socket);
  }

  #now(): number {
    return this.#desk.clock.now() + this.faults.clockAheadMs;
  }

  #answer(request: VendorRequest): VendorReaction {
    if (request.path.startsWith('/rails/')) return this.#file(request);
    if (this.faults.tooMany > 0) {
      this.faults.tooMany -= 1;
      return {
        status: 429,
        headers: { 'retry-after': '2', 'x-ratelimit-remaining': '2999' },
        body: 'Retry later\n',
      };
    }
    const agent = this.#desk.agents.find(({ key }) => key === request.headers['api_access_token']);
    if (agent === undefined) return refused(401, 'Invalid Access Token');
    if (request.path === '/api/v1/profile' && request.method === 'GET') return this.#profile(agent);
    for (const [method, path, handler] of this.#routes) {
      const match = method === request.method ? path.exec(request.path) : null;
      if (match === null) continue;
      if (match[1] !== String(this.#desk.account.id)) {
        return refused(401, 'You are not authorized to access this account');
      }
      return handler(match, request, agent);
    }
    return { status: 404, headers: { 'content-type': 'application/json' }, json: { error: 'Not Found' } };
  }

  #profile(agent: DeskAgent): VendorAnswer {
    const { id, name, email, role, key } = agent;
    const { account } = this.#desk;
    const accounts = [{ id: account.id, name: account.name, role }];
    return {
      status: 200,
      json: {
        id,
        name,
        email,
        access_token: key,
        pubsub_token: `pubsub-${id}`,
        account_id: account.id,
        accounts,
      },
    };
  }

  #newContact(request: VendorRequest): VendorAnswer {
    const { name, inbox_id: inbox } = this.#body(request).fields;
    const id = this.#desk.nextId();
    this.#desk.people.set(id, String(name));
    const payload = { contact: { id, name }, contact_inbox: { inbox, source_id: `source-${id}` } };
    return { status: 200, json: { payload } };
  }

  #newConversation(request: VendorRequest): VendorAnswer {
    const { inbox_id: inbox, contact_id: contact } = this.#body(request).fields;
    const kind = this.#desk.inboxes.find(({ id }) => id === Number(inbox))?.channel_type;
    const name = this.#desk.people.get(Number(contact));
    if (kind === undefined || name === undefined) return refused(404, 'Resource could not be found');
    return this.#show(this.#desk.open(kind, { id: Number(contact), name }));
  }

  #remove(conversation: DeskConversation, agent: DeskAgent): VendorAnswer {
    if (agent.role !== 'administrator') return refused(401, 'You are not authorized to do this action');
    this.#desk.conversations.delete(conversation.id);
    return { status: 200, body: '' };
  }

  #agents(): VendorAnswer {
    const json = this.#desk.agents.map(({ id, name, email, role }) => ({
      id,
      account_id: this.#desk.account.id,
      availability_status: 'online',
      auto_offline: true,
      confirmed: true,
      email,
      available_name: name,
      name,
      role,
      thumbnail: '',
    }));
    return { status: 200, json };
  }

  #canned(): VendorAnswer {
    const json = this.#desk.canned.map(({ id, shortCode, content }) => ({
      id,
      account_id: this.#desk.account.id,
      short_code: shortCode,
      content,
    }));
    return { status: 200, json };
  }

  /** `ConversationFinder`. */
  #list({ query }: VendorRequest, agent: DeskAgent): VendorAnswer {
    const status = query.get('status') ?? 'open';
    const seen = [...this.#desk.conversations.values()].filter(
      (conversation) =>
        !conversation.hiddenFrom.has(agent.id) && (status === 'all' || conversation.status === status),
    );
    const within = query.get('updated_within');
    if (query.get('sort_by') === 'created_at_asc')
      seen.sort((a, b) => a.createdAt - b.createdAt || a.id - b.id);
    else seen.sort((a, b) => b.activeAt - a.activeAt || b.id - a.id);
    const page = Number(query.get('page') ?? '1');
    const rows =
      within !== null && !this.faults.old
        ? seen.filter(({ updatedAt }) => updatedAt > this.#desk.clock.now() - Number(within) * 1_000)
        : seen.slice((page - 1) * this.#perPage, page * this.#perPage);
    const meta = { mine_count: 0, assigned_count: 0, unassigned_count: 0, all_count: seen.length };
    return { status: 200, json: { data: { meta, payload: rows.map((row) => this.#view(row)) } } };
  }

  #view(conversation: DeskConversation): Record<string, unknown> {
    return conversationView(this.#desk, conversation, !this.faults.old);
  }

  #show(conversation: DeskConversation): VendorAnswer {
    return { status: 200, json: this.#view(conversation) };
  }

  /** `MessageFinder`. */
  #messages(conversation: DeskConversation, { query }: VendorRequest): VendorAnswer {
    const after = Number(query.get('after') ?? 'NaN');
    const before = Number(query.get('before') ?? 'NaN');
    const all = [...conversation.messages].sort((a, b) => a.createdAt - b.createdAt || a.id - b.id);
    let rows = all.slice(-MESSAGES_PER_PAGE);
    if (!Number.isNaN(after) && !Number.isNaN(before)) {
      rows = all.filter(({ id }) => id >= after && id < before).slice(0, 1_000);
    } else if (!Number.isNaN(before)) rows = all.filter(({ id }) => id < before).slice(-MESSAGES_PER_PAGE);
    else if (!Number.isNaN(after)) rows = all.filter(({ id }) => id > after).slice(0, 100);
    const payload = rows.map((message) => messageView(this.#desk, conversation, message));
    return { status: 200, json: { meta: {}, payload } };
  }

  /** `Messages::MessageBuilder`. */
  #write(conversation: DeskConversation, request: VendorRequest, agent: DeskAgent): VendorReaction {
    const { fields, files } = this.#body(request);
    const attributes = (fields['content_attributes'] ?? {}) as Record<string, unknown>;
    if (fields['message_type'] === 'incoming') {
      if (conversation.channel !== 'Channel::Api') {
        return refused(422, 'Incoming messages are only allowed in Api inboxes');
      }
      const said = this.#desk.customerSays(conversation, String(fields['content']));
      return { status: 200, json: messageView(this.#desk, conversation, said) };
    }
    const message = this.#desk.add(conversation, {
      type: 1,
      content: typeof fields['content'] === 'string' ? fields['content'] : null,
      private: fields['private'] === true || fields['private'] === 'true',
      // Before 4.x only what the builder knew by name was kept.
      contentAttributes: this.faults.old ? { items: attributes['items'] } : attributes,
      sender: { id: agent.id, name: agent.name, type: 'user' },
      files: files.map(({ name, mediaType, bytes }) => {
        const id = this.#desk.nextId();
        return { id, key: `blob${id}`, name, mediaType, bytes };
      }),
    });
    if (this.faults.cutAfterMessage) {
      this.faults.cutAfterMessage = false;
      return 'cut';
    }
    const echo = fields['echo_id'] === undefined ? {} : { echo_id: fields['echo_id'] };
    return { status: 200, json: { ...messageView(this.#desk, conversation, message), ...echo } };
  }

  #body(request: VendorRequest): {
    fields: Record<string, unknown>;
    files: { name: string; mediaType: string; bytes: Uint8Array }[];
  } {
    const type = request.headers['content-type'] ?? '';
    if (type.startsWith('multipart/form-data')) {
      const { fields, files } = readMultipart(type, request.body);
      return { fields: nestedFields(fields), files: files.filter(({ field }) => field === 'attachments[]') };
    }
    const text = new TextDecoder().decode(request.body);
    return { fields: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>), files: [] };
  }

  #toggleStatus(conversation: DeskConversation, request: VendorRequest, agent: DeskAgent): VendorAnswer {
    const status = this.#body(request).fields['status'] as DeskStatus;
    if (!['open', 'resolved', 'pending', 'snoozed'].includes(status)) {
      return { status: 500, body: 'Internal Server Error' };
    }
    if (!this.faults.refusesQuietly) this.#desk.setStatus(conversation, status, agent);
    const payload = { success: true, current_status: status, conversation_id: conversation.id };
    return { status: 200, json: { meta: {}, payload } };
  }

  #togglePriority(conversation: DeskConversation, request: VendorRequest): VendorAnswer {
    const priority = this.#body(request).fields['priority'];
    conversation.priority = priority === '' ? null : (priority as DeskConversation['priority']);
    this.#desk.touch(conversation);
    return { status: 200, body: '' };
  }

  #assign(conversation: DeskConversation, request: VendorRequest, agent: DeskAgent): VendorAnswer {
    const assigned = this.#desk.assign(
      conversation,
      Number(this.#body(request).fields['assignee_id']),
      agent,
    );
    return { status: 200, json: assigned && { id: assigned.id, name: assigned.name } };
  }

  #labels(conversation: DeskConversation): VendorAnswer {
    return { status: 200, json: { payload: [...conversation.labels] } };
  }

  #writeLabels(conversation: DeskConversation, request: VendorRequest): VendorAnswer {
    const between = this.faults.betweenLabels;
    this.faults.betweenLabels = null;
    between?.();
    const labels = this.#body(request).fields['labels'] as string[];
    if (!this.faults.losesLabels) this.#desk.setLabels(conversation, labels);
    return this.#labels(conversation);
  }

  /** ActiveStorage: a redirect to the store, which is another host for most. */
  #file({ path }: VendorRequest): VendorAnswer {
    const [, kind, key] = /^\/rails\/active_storage\/(blobs\/redirect|disk)\/(\w+)\//.exec(path) ?? [];
    const file = [...this.#desk.conversations.values()]
      .flatMap(({ messages }) => messages)
      .flatMap(({ files }) => files)
      .find((candidate) => candidate.key === key);
    if (file === undefined) return refused(404, 'Not Found');
    if (kind !== 'disk') {
      const location = `${HOST}/rails/active_storage/disk/${file.key}/${encodeURIComponent(file.name)}`;
      return { status: 302, headers: { location, 'content-type': 'text/html' }, body: '<p>redirected</p>' };
    }
    return {
      status: 200,
      headers: { 'content-type': file.mediaType, 'content-disposition': 'inline; filename="file"' },
      body: file.bytes,
    };
  }
}
