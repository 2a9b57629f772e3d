/**
 * Makes a {@link Backend} out of a vendor's declaration. Requests, credentials, limits, judging of
 * answers and setting aside of broken rows happen here, the same for every vendor.
 */
import { BackendError } from './backend-error';
import type { Clock } from './clock';
import type { HttpClient, HttpRequest, HttpResponse } from './http';
import { encodeMultipart } from './multipart';
import { createPace, type Urgency } from './pace';
import type { Backend, DeliveryTier, SweepPort } from './port';
import { isReadable, readChanges, readMessages, refuseNumbers } from './read-rows';
import type { BackendSettings } from './registry';
import { isSuccess, readJson, refuseFailure, understand } from './response';
import type { TextSocket } from './socket';
import type {
  Asker,
  FeedDefinition,
  RawPage,
  RequestShape,
  RestDefinition,
  SweepDefinition,
} from './rest-definition';
import { SecretMask } from './secrets';
import { sheltered } from './sheltered';

/** Whole-request limits. How long silence may last is the HTTP client's matter, and much shorter. */
const CALL_LIMIT_MS = 30_000;
const PAGE_LIMIT_MS = 120_000;
const FILE_LIMIT_MS = 30 * 60_000;

/** A file may lie behind this many redirects (signed addresses of a store, for example). */
const MOST_REDIRECTS = 5;

/** Answers that are kept for scripts; beyond it the older half is forgotten. */
const MOST_REMEMBERED = 5_000;

/** One verb's way of asking. */
interface Manner {
  signal: AbortSignal;
  limitMs: number | null;
  urgency: Urgency;
}

export function createRestBackend(
  definition: RestDefinition,
  settings: BackendSettings,
  http: HttpClient,
  clock: Clock,
): Backend {
  const { accountId } = settings;
  const root = definition.root(settings);
  const secrets = secretsOf(definition, settings);
  const auth = definition.auth(tellingRenewed(settings, secrets), http, clock);
  const pace = createPace(definition.descriptor.limit ?? null, clock);
  let boundaries = 0;
  const memory = new Map<string, { until: number; found: Promise<unknown> }>();
  /** What the server was found to offer; `null` while it was not asked. */
  let tier: DeliveryTier | null = null;

  function remembered<T>(key: string, forMs: number, read: () => Promise<T>): Promise<T> {
    const known = memory.get(key);
    // The key belongs to one script, which knows what it reads.
    if (known !== undefined && known.until > clock.monotonic()) return known.found as Promise<T>;
    const found = read();
    const entry = { until: clock.monotonic() + forMs, found };
    memory.set(key, entry);
    forgetOldest();
    found.catch(() => {
      if (memory.get(key) === entry) memory.delete(key);
    });
    return found;
  }

  /** Whatever is asked for in a large helpdesk (its people one by one), memory stays bounded. */
  function forgetOldest(): void {
    if (memory.size <= MOST_REMEMBERED) return;
    const now = clock.monotonic();
    for (const [key, { until }] of memory) if (until <= now) memory.delete(key);
    for (const key of memory.keys()) {
      if (memory.size <= MOST_REMEMBERED / 2) return;
      memory.delete(key);
    }
  }

  function bodyOf(shape: RequestShape): { body: HttpRequest['body']; headers: Record<string, string> } {
    if (shape.json !== undefined) {
      return { body: JSON.stringify(shape.json), headers: { 'content-type': 'application/json' } };
    }
    if (shape.form !== undefined) {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      return { body: new URLSearchParams(shape.form).toString(), headers };
    }
    if (shape.multipart !== undefined) {
      boundaries += 1;
      const boundary = `holdfast-${clock.now().toString(36)}-${boundaries.toString(36)}-${nonce()}`;
      const { contentType, length, body } = encodeMultipart(shape.multipart, boundary);
      return { body, headers: { 'content-type': contentType, 'content-length': String(length) } };
    }
    return { body: shape.bytes ?? null, headers: {} };
  }

  async function credentials(signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
    const headers = await auth.headers(signal);
    secrets.add(...wordsLikeKeys(headers));
    return headers;
  }

  async function sendOnce(shape: RequestShape, { signal, limitMs }: Manner): Promise<HttpResponse> {
    const query = new URLSearchParams(shape.query).toString();
    const whole = /^https?:/.test(shape.path);
    if (!whole && CLIMBING.test(shape.path.replace(/[?#].*$/s, ''))) {
      throw new BackendError('invalid', 'An id of the helpdesk does not fit into an address.');
    }
    const address = whole ? shape.path : root + shape.path;
    // Credentials leave for the account's own server only.
    const own = new URL(address).origin === new URL(root).origin;
    const { body, headers } = bodyOf(shape);
    // What a profile sets for its server may be a key as well.
    if (own) secrets.add(...wordsLikeKeys(shape.headers ?? {}));
    return http({
      method: shape.method,
      url: address + (query === '' ? '' : `${address.includes('?') ? '&' : '?'}${query}`),
      headers: {
        accept: 'application/json',
        ...headers,
        ...(own ? { ...(await credentials(signal)), ...shape.headers } : {}),
      },
      body,
      timeoutMs: limitMs,
      signal,
    });
  }

  async function send(shape: RequestShape, manner: Manner): Promise<HttpResponse> {
    return pace.run(manner.urgency, manner.signal, async () => {
      const response = await sendOnce(shape, manner);
      pace.heard(response.headers);
      // A stream was already read; whoever asked has to ask again.
      const again = response.status === 401 && shape.bytes === undefined && shape.multipart === undefined;
      if (!again || auth.renew === undefined || !(await auth.renew(manner.signal))) return response;
      return sendOnce(shape, manner);
    });
  }

  /** Follows redirects of a reading, without the credentials once it leaves the account's server. */
  async function followed(shape: RequestShape, manner: Manner): Promise<HttpResponse> {
    let wanted = shape;
    for (let turns = 0; ; turns += 1) {
      const response = await send(wanted, manner);
      const location = response.headers['location'];
      const moved = [301, 302, 303, 307, 308].includes(response.status) && location !== undefined;
      if (!moved || turns === MOST_REDIRECTS) return response;
      const base = /^https?:/.test(wanted.path) ? wanted.path : root + wanted.path;
      wanted = { method: 'GET', path: new URL(location, base).href };
    }
  }

  function asker(manner: Manner): Asker {
    return {
      accountId,
      settings,
      clock,
      signal: manner.signal,
      async json(shape) {
        const response = await send(shape, manner);
        const { status, headers } = response;
        if (shape.passes?.includes(status)) return { status, headers, body: null };
        return { status, headers, body: await readJson(response, clock.now()) };
      },
      async file(shape) {
        const response = await followed(shape, { ...manner, limitMs: FILE_LIMIT_MS });
        // An attachment may well be HTML, but then it says that it is a file; a portal's page does not.
        const isFile = response.headers['content-disposition'] !== undefined;
        if (!isFile || !isSuccess(response.status)) await refuseFailure(response, clock.now());
        return response.stream();
      },
      async stream(shape) {
        const response = await send(shape, { ...manner, limitMs: null });
        await refuseFailure(response, clock.now());
        return response;
      },
      async dial({ path, protocols = [], headers = {}, signedIn = false }) {
        const { dial } = http;
        if (dial === undefined) throw new BackendError('refused', 'No socket can be opened here.');
        const url = new URL(path, settings.url);
        if (url.origin !== new URL(root).origin) {
          throw new BackendError('invalid', 'A socket is opened to the account’s own server only.');
        }
        url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
        const { signal } = manner;
        const open = async (): Promise<TextSocket> => {
          const proof = signedIn ? await credentials(signal) : {};
          return dial({ url: url.href, protocols, headers: { ...proof, ...headers }, signal });
        };
        try {
          return await open();
        } catch (error) {
          const expired = signedIn && error instanceof BackendError && error.kind === 'unauthorized';
          if (!expired || auth.renew === undefined || !(await auth.renew(signal))) throw error;
          return open();
        }
      },
      remembered,
    };
  }

  const call = (signal: AbortSignal): Asker => asker({ signal, limitMs: CALL_LIMIT_MS, urgency: 'agent' });
  const reading = (signal: AbortSignal): Asker => asker({ signal, limitMs: PAGE_LIMIT_MS, urgency: 'agent' });
  const pulling = (signal: AbortSignal): Asker => asker({ signal, limitMs: PAGE_LIMIT_MS, urgency: 'pull' });

  function feedCalled(name: string): FeedDefinition {
    const feed = definition.feeds[name];
    if (feed === undefined) throw new Error(`There is no feed called "${name}".`);
    return feed;
  }

  function sweepBy({ kinds, rowsAtOnce, ids, rows, feedOf }: SweepDefinition): SweepPort {
    return {
      kinds,
      rowsAtOnce,
      ids: (kind, cursor, signal) => ids(pulling(signal), kind, cursor),
      async rows(kind, wanted, signal) {
        const raws = await rows(pulling(signal), kind, wanted);
        const page = readChanges(raws, feedCalled(feedOf(kind)), accountId);
        return { ...page, rejected: page.rejected.map((row) => ({ kind, ...row })) };
      },
    };
  }

  async function findTier(signal: AbortSignal): Promise<void> {
    tier = (await definition.tier?.(call(signal))) ?? null;
  }

  const { sweep, thread, upload, rewind, probe } = definition;
  const descriptor =
    definition.dials === true && http.dial === undefined
      ? { ...definition.descriptor, supports: { ...definition.descriptor.supports, push: false } }
      : definition.descriptor;
  const backend: Backend = {
    get descriptor() {
      return tier === null ? descriptor : { ...descriptor, tier };
    },
    ...(sweep && { sweep: sweepBy(sweep) }),
    ...(rewind && { rewind: (feed, cursor) => rewind(feed, cursor) }),
    ...(thread && {
      async thread(conversationId, signal) {
        const head = await thread(call(signal), conversationId);
        for (const row of [head.conversation, ...head.messages])
          if (row !== null) understand(() => refuseNumbers(row));
        return head;
      },
    }),

    async whoAmI(signal) {
      const agent = await definition.whoAmI(call(signal));
      await findTier(signal);
      return agent;
    },

    async pull(name, cursor, signal) {
      const feed = feedCalled(name);
      const page = feed.pull(pulling(signal), cursor);
      const { rows, cursor: next, more, left } = await (cursor === null ? page : orExpired(page, feed));
      const read = readChanges(rows, feed, accountId);
      return { ...read, cursor: next, more, ...(left === undefined ? {} : { left }) };
    },

    async history(conversationId, before, signal) {
      const { page, row } = definition.history;
      const found = await page(reading(signal), conversationId, before);
      return { messages: readMessages(found.rows, row, accountId), before: found.before };
    },

    async perform(operation, signal) {
      const proof = await definition.perform(call(signal), operation);
      // Not waited for: what was done is done, whatever becomes of the question.
      if (tier !== null && tier !== descriptor.tier) void findTier(signal).catch(() => undefined);
      return { ...proof, conversation: isReadable(proof.conversation) ? proof.conversation : null };
    },

    async findByRef(conversationId, ref, signal) {
      const { findByRef } = definition;
      // Nobody may take "cannot be asked" for "is not there".
      if (findByRef === undefined) throw new BackendError('nonsense', 'Nothing can be read back here.');
      try {
        return await findByRef(call(signal), conversationId, ref);
      } catch (error) {
        if (error instanceof BackendError && error.kind === 'not-found') return null;
        throw error;
      }
    },

    ...(upload && {
      upload: (file, ref, signal) =>
        upload(asker({ signal, limitMs: FILE_LIMIT_MS, urgency: 'agent' }), file, ref),
    }),

    ...(probe && {
      probe: {
        create: (text, signal) => probe.create(call(signal), text),
        remove: (conversationId, signal) => probe.remove(call(signal), conversationId),
      },
    }),

    download: (attachmentId, signal) => definition.download(reading(signal), attachmentId),

    async listen(onHint, signal) {
      const stream = new AbortController();
      const end = (): void => stream.abort();
      signal.addEventListener('abort', end, { once: true });
      try {
        await definition.push?.(asker({ signal: stream.signal, limitMs: null, urgency: 'agent' }), onHint);
      } finally {
        signal.removeEventListener('abort', end);
        stream.abort();
      }
    },
  };
  return sheltered(backend, secrets);
}

/** Everything an account signs in with, but what its descriptor says is no secret. */
function secretsOf({ descriptor }: RestDefinition, { token, values = {} }: BackendSettings): SecretMask {
  const secrets = new SecretMask();
  secrets.add(token);
  const open = new Set<string>(descriptor.signIn.flatMap(({ name, secret }) => (secret ? [] : [name])));
  for (const [name, value] of Object.entries(values)) if (!open.has(name)) secrets.add(value);
  return secrets;
}

/** Credentials that the server replaces are secret from then on. */
function tellingRenewed(settings: BackendSettings, secrets: SecretMask): BackendSettings {
  return {
    ...settings,
    async onRenewed(values) {
      secrets.add(...Object.values(values));
      await settings.onRenewed?.(values);
    },
  };
}

/** Words of headers that are long enough to be keys: a token that was granted meanwhile, for one. */
function wordsLikeKeys(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers)
    .filter(([name]) => !/^(accept|content)(-|$)/i.test(name))
    .flatMap(([, value]) => value.split(' '))
    .filter((word) => word.length > 10);
}

const GONE = 410;

/** The page after a cursor; a refusal of the cursor itself is told as that. */
async function orExpired(page: Promise<RawPage>, feed: FeedDefinition): Promise<RawPage> {
  try {
    return await page;
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    if (feed.ownCursors === true && error.kind === 'invalid') {
      throw new BackendError('nonsense', error.message, error.status);
    }
    const refused = error.kind === 'invalid' || error.kind === 'not-found';
    if (error.status !== GONE && !(refused && feed.cursorsExpire === true)) throw error;
    throw new BackendError('cursor-expired', error.message, error.status);
  }
}

/** A segment of dots leads out of its path, escaped or not (WHATWG URL, "double-dot URL path segment"). */
const CLIMBING = /(^|[/\\])(\.|%2e){1,2}([/\\?#]|$)/i;

/** Makes a boundary that nobody who wrote a message beforehand could have written into it. */
function nonce(): string {
  return Math.random().toString(36).slice(2);
}
