/**
 * Parley, an invented chat service, as a server that behaves over time: what the profile
 * `resources/backends/parley-chat.yaml` connects. Its list is a cursor over revisions; threads carry
 * their newest messages; times are whole seconds since the epoch; marks of what is gone are kept.
 */
import type { SampleFile } from '../../../backends/check/check-kit';
import { BackendError } from '../../../backends/backend-error';
import type { Clock } from '../../../backends/clock';
import type { SocketRequest, TextSocket } from '../../../backends/socket';
import { readMultipart } from '../../multipart-body';
import { QueuedSocket } from '../../queued-socket';
import type { VendorReaction, VendorRequest, VendorServer } from '../../vendor-kit';

const AGENTS = [
  { id: 'g-1', name: 'Sample Agent' },
  { id: 'g-2', name: 'Other Agent' },
];
const PHASES = ['', 'in line', 'live', 'parked', 'done', 'filed'];
/** A thread in a list carries so many of its newest messages. */
const NESTED = 20;
export const PARLEY_KEY = 'parley-sample-key';

interface Media {
  id: string;
  name: string;
  mime: string;
  bytes: Uint8Array;
}

interface Said {
  id: string;
  say: string;
  whisper: boolean;
  from: { id: string; name: string; role: 'visitor' | 'agent' };
  at: number;
  client_id: string | null;
  media: Media[];
}

interface Thread {
  id: string;
  topic: string;
  phase: number;
  origin: string;
  agent: string | null;
  person: { id: string; name: string; phone: string; handle: string };
  tags: string[];
  opened: number;
  touched: number;
  revision: number;
  gone: boolean;
  into: string | null;
  messages: Said[];
}

type Refusal = { status: number; json: unknown };
const refusal = (status: number, message: string): Refusal => ({ status, json: { error: { message } } });

/** One open socket: told of nothing before it has said what it wants to hear. */
export class NewsSocket extends QueuedSocket {
  #subscribed = false;

  send(text: string): void {
    const { subscribe = [] } = JSON.parse(text) as { subscribe?: string[] };
    this.#subscribed = subscribe.includes('threads');
  }

  announce(event: Readonly<Record<string, unknown>>): void {
    if (this.#subscribed) this.tell(event);
  }
}

export class ParleyChat implements VendorServer {
  /** Changes of phase are answered with success and not made. */
  ignoresPhase = false;
  readonly sockets = new Set<NewsSocket>();
  readonly #clock: Clock;
  readonly #threads = new Map<string, Thread>();
  readonly #media = new Map<string, Media>();
  #ids = 0;
  #revision = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  customerWrites(text: string, file?: SampleFile): string {
    const id = this.#id('t');
    const person = {
      id: this.#id('p'),
      name: 'Sample Visitor',
      phone: '+00 000 000',
      handle: 'parley:sample-visitor',
    };
    this.#threads.set(id, {
      id,
      topic: text.slice(0, 40),
      phase: 1,
      origin: 'widget',
      agent: null,
      person,
      tags: [],
      opened: this.#now(),
      touched: this.#now(),
      revision: 0,
      gone: false,
      into: null,
      messages: [],
    });
    const media =
      file === undefined ? [] : [this.#keep({ name: file.name, mime: file.mediaType, bytes: file.bytes })];
    this.#visitorSays(id, text, media);
    return id;
  }

  customerAnswers(id: string, text: string): void {
    this.#visitorSays(id, text, []);
  }

  remove(id: string): void {
    this.#known(id).gone = true;
    this.#touch(id);
  }

  merge(id: string, into: string): void {
    const from = this.#known(id);
    const target = this.#known(into);
    target.messages.push(...from.messages.splice(0));
    target.messages.sort((a, b) => a.at - b.at || numberOf(a.id) - numberOf(b.id));
    from.gone = true;
    from.into = into;
    this.#touch(id);
    this.#touch(into);
  }

  /** Whoever has a key and names what to hear of is told which thread changed, and now and then that nothing did. */
  dial(request: SocketRequest): Promise<TextSocket> {
    const url = new URL(request.url);
    if (request.headers['x-parley-key'] !== PARLEY_KEY) {
      throw new BackendError('unauthorized', 'This key opens nothing.', 401);
    }
    if (url.protocol !== 'wss:' || url.pathname !== '/v1/news') {
      throw new BackendError('not-found', 'There is nothing here.', 404);
    }
    const socket = new NewsSocket(request);
    this.sockets.add(socket);
    request.signal.addEventListener('abort', () => this.sockets.delete(socket), { once: true });
    return Promise.resolve(socket);
  }

  handle(request: VendorRequest): VendorReaction {
    const { method, path, headers } = request;
    if (headers['x-parley-key'] !== PARLEY_KEY) return refusal(401, 'This key opens nothing.');
    if (headers['x-parley-version'] !== '3') return refusal(400, 'Name the version you speak.');
    const [, , first, id = '', ...rest] = path.split('/').map(decodeURIComponent);
    if (first === 'session') return { status: 200, json: { agent: AGENTS[0] } };
    if (first === 'agents') return { status: 200, json: { agents: AGENTS } };
    if (first === 'media') return method === 'POST' ? this.#upload(request) : this.#download(id);
    if (first !== 'threads') return refusal(404, 'There is nothing here.');
    if (id === '') return this.#list(request);
    const thread = this.#threads.get(id);
    if (thread === undefined) return refusal(404, 'No such thread.');
    if (method === 'GET') return rest[0] === 'messages' ? this.#said(thread, request) : shownThread(thread);
    if (thread.gone) return refusal(404, 'This thread is gone.');
    return this.#write(thread, rest, request);
  }

  #list({ query }: VendorRequest): VendorReaction {
    const after = Number(query.get('after') ?? 0);
    const count = Number(query.get('count') ?? 25);
    const changed = [...this.#threads.values()]
      .filter(({ revision }) => revision > after)
      .sort((a, b) => a.revision - b.revision);
    const page = changed.slice(0, count);
    const position = page.at(-1)?.revision ?? after;
    const threads = page.map((thread) => bodyOf(thread));
    return { status: 200, json: { threads, position: String(position), more: changed.length > page.length } };
  }

  #said({ messages }: Thread, { query }: VendorRequest): VendorReaction {
    const wanted = query.get('client_id');
    if (wanted !== null) {
      const found = messages.filter(({ client_id: mark }) => mark === wanted);
      return { status: 200, json: { messages: found.map(shownSaid), older: null } };
    }
    const count = Number(query.get('count') ?? 25);
    const end = query.get('before') === null ? messages.length : Number(query.get('before'));
    const start = Math.max(0, end - count);
    const page = messages.slice(start, end).reverse().map(shownSaid);
    return { status: 200, json: { messages: page, older: start === 0 ? null : String(start) } };
  }

  #write(thread: Thread, [part = '', name = '']: string[], request: VendorRequest): VendorReaction {
    const text = new TextDecoder().decode(request.body);
    const form = new URLSearchParams(text);
    switch (`${request.method} ${part}`) {
      case 'POST messages':
      case 'POST whispers':
        return this.#agentSays(
          thread,
          part === 'whispers',
          JSON.parse(text) as Record<string, unknown>,
          request,
        );
      case 'PUT phase': {
        const phase = Number(form.get('phase'));
        if (!(phase >= 1 && phase <= 5)) return refusal(422, `There is no phase ${phase}.`);
        if (!this.ignoresPhase) thread.phase = phase;
        break;
      }
      case 'PUT agent':
        thread.agent = form.get('agent') || null;
        break;
      case 'POST tags':
        thread.tags = [...new Set([...thread.tags, (JSON.parse(text) as { tag: string }).tag])];
        break;
      case 'DELETE tags':
        thread.tags = thread.tags.filter((tag) => tag !== name);
        break;
      default:
        return refusal(405, 'That cannot be done here.');
    }
    this.#touch(thread.id);
    return { status: 204 };
  }

  #agentSays(
    thread: Thread,
    whisper: boolean,
    wanted: Record<string, unknown>,
    { headers }: VendorRequest,
  ): VendorReaction {
    const guard = headers['if-revision'];
    if (guard !== undefined && guard !== String(thread.revision)) return refusal(409, 'The thread moved on.');
    const {
      say,
      client_id: mark,
      media = [],
      speaker,
    } = wanted as { say: string; client_id?: string; media?: string[]; speaker?: string };
    const files = media.map((one) => this.#media.get(one));
    if (files.includes(undefined)) return refusal(422, 'Some of the media was never uploaded.');
    const me = AGENTS.find(({ id }) => id === (speaker ?? AGENTS[0]?.id));
    if (me === undefined) return refusal(422, 'Nobody of the team is called that.');
    const said: Said = {
      id: this.#id('m'),
      say,
      whisper,
      from: { ...me, role: 'agent' },
      at: this.#now(),
      client_id: mark ?? null,
      media: files.filter((one) => one !== undefined),
    };
    thread.messages.push(said);
    if (!whisper && thread.phase === 1) thread.phase = 2;
    this.#touch(thread.id);
    return { status: 201, json: { message: shownSaid(said) } };
  }

  #visitorSays(id: string, say: string, media: Media[]): void {
    const thread = this.#known(id);
    const { id: person, name } = thread.person;
    const from = { id: person, name, role: 'visitor' as const };
    const at = this.#now();
    thread.messages.push({ id: this.#id('m'), say, whisper: false, from, at, client_id: null, media });
    if (thread.phase > 2) thread.phase = 2;
    this.#touch(id);
  }

  #upload({ headers, body }: VendorRequest): VendorReaction {
    const { fields, files } = readMultipart(headers['content-type'] ?? '', body);
    const [file] = files;
    if (file === undefined || file.field !== 'content') return refusal(422, 'Send the file as "content".');
    const name = new Map(fields).get('name') ?? file.name;
    const media = this.#keep({ name, mime: file.mediaType, bytes: file.bytes });
    return { status: 201, json: { media: shownMedia(media) } };
  }

  #download(id: string): VendorReaction {
    const media = this.#media.get(id);
    if (media === undefined) return refusal(404, 'No such media.');
    return { status: 200, headers: { 'content-type': media.mime }, body: media.bytes };
  }

  #keep(media: Omit<Media, 'id'>): Media {
    const kept = { id: this.#id('f'), ...media };
    this.#media.set(kept.id, kept);
    return kept;
  }

  #touch(id: string): void {
    const thread = this.#known(id);
    this.#revision += 1;
    thread.revision = this.#revision;
    thread.touched = this.#now();
    for (const socket of this.sockets) socket.announce({ event: 'touched', thread: id });
  }

  #known(id: string): Thread {
    const thread = this.#threads.get(id);
    if (thread === undefined) throw new Error(`There is no thread ${id}.`);
    return thread;
  }

  #id(kind: string): string {
    this.#ids += 1;
    return `${kind}-${this.#ids}`;
  }

  #now(): number {
    return Math.floor(this.#clock.now() / 1_000);
  }
}

function bodyOf({ messages, gone, into, ...thread }: Thread): unknown {
  if (gone) return { id: thread.id, gone, into, revision: thread.revision };
  return {
    ...thread,
    phase_name: PHASES[thread.phase],
    message_count: messages.length,
    messages: messages.slice(-NESTED).map(shownSaid),
  };
}

function shownThread(thread: Thread): VendorReaction {
  return { status: 200, json: bodyOf(thread) };
}

function shownSaid({ media, ...said }: Said): unknown {
  return { ...said, media: media.map(shownMedia) };
}

function shownMedia({ bytes, ...media }: Media): unknown {
  return { ...media, size: bytes.length };
}

function numberOf(id: string): number {
  return Number(id.slice(id.indexOf('-') + 1));
}
