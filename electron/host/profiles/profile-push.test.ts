/** News that a profile's server tells by itself, over server-sent events and over a plain WebSocket. */
import { afterAll, describe, expect, it } from 'vitest';
import type { HttpClient, HttpRequest } from '@shared/backends/http';
import { createRestBackend } from '@shared/backends/rest-engine';
import type { SocketRequest, TextSocket } from '@shared/backends/socket';
import { NOON } from '@shared/testing/builders';
import { VirtualClock } from '@shared/testing/virtual-clock';
import { openProfile, type OpenProfile } from './profile-file';

const opened: OpenProfile[] = [];
afterAll(() => Promise.all(opened.map((profile) => profile.close())));

const profileWith = (push: string): string => `profile: 1
id: sample
name: Sample
server: { example: https://sample.example.com, api: /api, headers: { x-version: '3' } }
signIn: { kind: bearer, workspace: true }
${push}
whoAmI:
  get: /me
  agent: { id: =id, name: =name }
words:
  status: { new: a, open: b, pending: d, resolved: e, closed: f, otherwise: open }
feeds:
  all:
    get: /c
    rows: rows
    delta: { kind: whole, every: 10m }
    gives:
      - kind: conversation
        fields: { id: =id, subject: =s, status: =s, contactId: =w, contactName: =w, createdAt: =at, updatedAt: =at }
history:
  get: /c/{conversationId}/m
  rows: rows
  order: oldestFirst
  fields: { id: =id, kind: inbound, createdAt: =at, text: =text }
actions:
  reply: { post: '/c/{conversationId}/m', json: { text: =text }, result: =id }
  status: { put: '/c/{conversationId}', form: { s: =status } }
  assign: { put: '/c/{conversationId}', json: { who: =assigneeId } }
delivery: { tier: T4 }
`;

/** What a server says, message by message; then it says nothing, until it is called off. */
async function* saying<T>(
  messages: readonly T[],
  signal: AbortSignal,
  allHeard: () => void,
): AsyncGenerator<T> {
  for (const message of messages) yield message;
  // Who asks for more has judged what came before.
  allHeard();
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

class Server {
  readonly clock = new VirtualClock(NOON);
  readonly asked: HttpRequest[] = [];
  readonly dialled: SocketRequest[] = [];
  readonly heard: string[] = [];
  hints = 0;
  ended: unknown = null;
  readonly #stop = new AbortController();
  #allHeard: () => void = () => undefined;
  readonly #heardAll = new Promise<void>((resolve) => (this.#allHeard = resolve));

  constructor(push: string, messages: readonly string[]) {
    const profile = openProfile('sample.yaml', profileWith(push));
    opened.push(profile);
    const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
    const http: HttpClient = Object.assign(
      async (request: HttpRequest) => {
        this.asked.push(request);
        return {
          status: 200,
          headers: { 'content-type': 'text/event-stream' },
          text: async () => '',
          stream: () => saying(messages.map(bytes), request.signal, this.#allHeard),
        };
      },
      {
        dial: async (request: SocketRequest): Promise<TextSocket> => {
          this.dialled.push(request);
          return {
            send: (text) => void this.heard.push(text),
            texts: () => saying(messages, request.signal, this.#allHeard),
          };
        },
      },
    );
    const settings = {
      accountId: 'a1',
      url: 'https://sample.invalid/desk/',
      token: 'sample-token',
      values: { workspace: 'w1' },
    };
    this.backend = createRestBackend(profile.definition, settings, http, this.clock);
  }
  readonly backend;

  /** Listens until the server has said all, and the messages were judged. */
  async listen(): Promise<void> {
    const hint = (): void => void (this.hints += 1);
    const ended = this.backend.listen(hint, this.#stop.signal).catch((error: unknown) => {
      this.ended = error;
    });
    await Promise.race([ended, this.#heardAll]);
  }

  stop(): void {
    this.#stop.abort();
  }
}

describe('server-sent events', () => {
  it('are asked for as every other request, and each is a reason to look, as is that the stream stands', async () => {
    const frames = [': alive\n\n', 'data: {"a":1}\n\n', 'event: touched\ndata: {\ndata: "a":2}\n\n'];
    const server = new Server('push: { kind: events, get: /news, query: { of: =workspace } }', frames);
    await server.listen();
    expect(server.asked[0]).toMatchObject({
      url: 'https://sample.invalid/desk/api/news?of=w1',
      headers: { authorization: 'Bearer sample-token', accept: 'text/event-stream', 'x-version': '3' },
      timeoutMs: null,
    });
    expect(server.hints).toBe(3);
    server.stop();
  });

  it('are no reason where the expression does not accept them, whatever they are cut into', async () => {
    const frames = ['data: {"kind":', '"beat"}\n', '\ndata: {"kind":"news"}\n\n', 'data: plain\n\n'];
    const server = new Server(`push: { kind: events, get: /news, when: '=kind = "news"' }`, frames);
    await server.listen();
    expect(server.hints).toBe(2);
    server.stop();
  });

  it('count as dead when they are silent for too long', async () => {
    const server = new Server('push: { kind: events, get: /news, silence: 8s }', ['data: 1\n\n']);
    await server.listen();
    await server.clock.advance(7_900);
    expect(server.ended).toBeNull();
    await server.clock.advance(200);
    expect(server.ended).toMatchObject({ kind: 'no-answer' });
  });
});

describe('a plain WebSocket', () => {
  it('is opened on the own server with its credentials, and told what to say', async () => {
    const push = 'push: { kind: socket, get: /news, first: { listen: [all], of: =workspace } }';
    const server = new Server(push, ['{"a":1}', 'not JSON']);
    await server.listen();
    expect(server.dialled[0]).toMatchObject({
      url: 'wss://sample.invalid/desk/api/news',
      headers: { authorization: 'Bearer sample-token', 'x-version': '3' },
    });
    expect(server.heard).toEqual(['{"listen":["all"],"of":"w1"}']);
    expect(server.hints).toBe(3);
    server.stop();
  });

  it('says a text as it is; a heartbeat is no reason to look, and texts that are no JSON are asked as they are', async () => {
    const push = `push: { kind: socket, get: /news, first: hello, when: '=$ != "beat"' }`;
    const server = new Server(push, ['beat', 'news', 'beat']);
    await server.listen();
    expect(server.heard).toEqual(['hello']);
    expect(server.hints).toBe(2);
    server.stop();
  });

  it('ends with the line of an expression that breaks', async () => {
    const push = `push:\n  kind: socket\n  get: /news\n  when: =$number(event) > 1`;
    const server = new Server(push, ['{"event":"abc"}']);
    await server.listen();
    expect(String(server.ended)).toContain('sample.yaml, line 9: ');
    expect(String(server.ended)).toContain('{"event":"abc"}');
  });
});

describe('what a profile says of news', () => {
  const problemsOf = (push: string): string => {
    try {
      opened.push(openProfile('sample.yaml', profileWith(push)));
      return '';
    } catch (error) {
      return String((error as Error).message);
    }
  };

  it('is refused by line where it contradicts itself or cannot be read', () => {
    expect(problemsOf('push: { kind: poll, get: /news }')).toContain('line 6');
    expect(problemsOf('push: { kind: poll, get: /news }')).toContain('It can be events, socket.');
    expect(problemsOf('push:\n  kind: events')).toContain('"get" is missing here');
    expect(problemsOf('push: { kind: events, get: /news, first: hello }')).toContain('"first"');
    expect(problemsOf('push:\n  kind: events\n  get: /news\n  when: =a ==')).toContain('line 9');
    const both = 'push: { kind: events, get: /news }\nlacks: { push: "API guide: none." }';
    expect(problemsOf(both)).toContain('line 7, column 10: It has a "push" above');
  });

  it('counts as a stream that tells of a cut link only where it may be silent for 10 s at most', () => {
    const of = (push: string) => new Server(push, []).backend.descriptor;
    expect(of('push: { kind: events, get: /news }')).toMatchObject({
      supports: { push: true },
      hintSilenceMs: 60_000,
    });
    expect(of('').supports.push).toBe(false);
  });
});
