/** What leaves for a server by a profile: bodies of every kind, files, and what is read before. */
import { afterAll, expect, it } from 'vitest';
import { anOperation, aReply, outgoing } from '@shared/backends/check/check-kit';
import type { Backend } from '@shared/backends/port';
import { createRestBackend } from '@shared/backends/rest-engine';
import { NOON } from '@shared/testing/builders';
import { LeapingClock } from '@shared/testing/leaping-clock';
import { readMultipart, type MultipartBody } from '@shared/testing/multipart-body';
import { httpClientOf, type VendorRequest } from '@shared/testing/vendor-kit';
import { openProfile, type OpenProfile } from './profile-file';

const signal = new AbortController().signal;
const opened: OpenProfile[] = [];
afterAll(() => Promise.all(opened.map((profile) => profile.close())));

const profile = (actions: string, files: string): string => `profile: 1
id: sample
name: Sample
server: { example: https://sample.example.com, headers: { x-version: '3' } }
signIn: { kind: bearer }
whoAmI: { get: /me, agent: { id: =id, name: =name } }
words:
  status: { new: a, open: b, pending: c, resolved: d, closed: e, otherwise: open }
feeds:
  all:
    get: /c
    rows: rows
    delta: { kind: whole, every: 10m }
    gives:
      - kind: conversation
        fields: { id: =id, subject: =s, status: a, contactId: =id, contactName: =s, createdAt: =at, updatedAt: =at }
conversation: { get: '/c/{conversationId}', feed: all }
history: { get: '/m', rows: rows, order: oldestFirst, fields: { id: =id, kind: note, createdAt: =at } }
actions:
${actions}
  status: { put: '/c/{conversationId}', json: { s: =status } }
  assign: { put: '/c/{conversationId}', json: { who: =assigneeId } }
delivery: { tier: T4 }
${files}
`;

/** Everything that is asked, and a server that says `body` to all of it. */
function connected(text: string, body: unknown): { backend: Backend; asked: VendorRequest[] } {
  const open = openProfile('sample.yaml', text);
  opened.push(open);
  const asked: VendorRequest[] = [];
  const http = httpClientOf({
    handle(request) {
      asked.push(request);
      return { status: 200, json: body };
    },
  });
  const settings = { accountId: 'a1', url: 'https://sample.example.com', token: 'sample' };
  return { backend: createRestBackend(open.definition, settings, http, new LeapingClock(NOON)), asked };
}

const FILE = { name: 'sample.txt', mediaType: 'text/plain', bytes: new TextEncoder().encode('Sample bytes') };
const textOf = ({ body }: VendorRequest): string => new TextDecoder().decode(body);
const partsOf = ({ headers, body }: VendorRequest): MultipartBody =>
  readMultipart(headers['content-type'] ?? '', body);

const BOTH = `  reply:
    post: /m
    json: { text: =text, to: =conversationId }
    multipart: { fields: { text: =text, to: =conversationId }, file: 'attachments[]' }
    result: =id`;
const DOWNLOAD = "download: { get: '/f/{attachmentId}' }";

it('a reply is JSON, and multipart as soon as it carries files', async () => {
  const { backend, asked } = connected(
    profile(BOTH, `files: { maxBytes: 1MB, send: { kind: multipart }, ${DOWNLOAD} }`),
    { id: 5 },
  );
  await backend.perform(anOperation('7', aReply('Hello')), signal);
  await backend.perform(
    { ...anOperation('7', aReply('Hello')), files: [outgoing(FILE), outgoing(FILE)] },
    signal,
  );
  expect(textOf(asked[0]!)).toBe('{"text":"Hello","to":"7"}');
  const { fields, files } = partsOf(asked[1]!);
  expect(fields).toEqual([
    ['text', 'Hello'],
    ['to', '7'],
  ]);
  expect(files).toEqual([FILE, FILE].map((file) => ({ field: 'attachments[]', ...file })));
  expect(asked.map(({ headers }) => headers['x-version'])).toEqual(['3', '3']);
});

it('a file inside JSON is base64, and never passes through an expression', async () => {
  const reply = `  reply:
    post: /m
    json: { text: =text, files: '=files.{"n": name, "length": $length(base64), "b": base64}[]' }
    result: =id`;
  const { backend, asked } = connected(
    profile(reply, `files: { maxBytes: 1MB, send: { kind: inline }, ${DOWNLOAD} }`),
    { id: 5 },
  );
  await backend.perform({ ...anOperation('7', aReply('Hello')), files: [outgoing(FILE)] }, signal);
  const sent = JSON.parse(textOf(asked[0]!)) as { files: { n: string; length: number; b: string }[] };
  expect(sent.files.map(({ n, b }) => [n, b])).toEqual([['sample.txt', btoa('Sample bytes')]]);
  expect(sent.files[0]?.length).toBeLessThan(btoa('Sample bytes').length);
});

it('a file goes up as it is where the server wants it so, and its id into the reply', async () => {
  const reply = '  reply: { post: /m, json: { text: =text, uploads: =uploadIds }, result: =id }';
  const send = "send: { kind: upload, post: '/uploads', query: { name: =name }, raw: true, result: =token }";
  const { backend, asked } = connected(profile(reply, `files: { maxBytes: 1MB, ${send}, ${DOWNLOAD} }`), {
    id: 5,
    token: 'up-1',
  });
  const id = await backend.upload?.(outgoing(FILE), 'ref', signal);
  expect([id, textOf(asked[0]!)]).toEqual(['up-1', 'Sample bytes']);
  expect(asked[0]?.query.get('name')).toBe('sample.txt');
  expect(asked[0]?.headers).toMatchObject({ 'content-type': 'text/plain', 'content-length': '12' });
  await backend.perform({ ...anOperation('7', aReply('Hello')), uploadIds: ['up-1'] }, signal);
  expect(textOf(asked[1]!)).toBe('{"text":"Hello","uploads":["up-1"]}');
});

it('tags that are written as a whole keep what others added', async () => {
  const tags = `  tags:
    put: '/c/{conversationId}/tags'
    readFirst: true
    json: { tags: '=$distinct($append(conversation.tags, add))[$not($ in $$.remove)][]' }
  reply: { post: /m, json: { text: =text }, result: =id }`;
  const row = { id: 7, s: 'Sample', at: NOON, tags: ['theirs', 'old'] };
  const { backend, asked } = connected(profile(tags, ''), row);
  await backend.perform(anOperation('7', { kind: 'tags', add: ['new'], remove: ['old'] }), signal);
  expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /c/7', 'PUT /c/7/tags']);
  expect(textOf(asked[1]!)).toBe('{"tags":["theirs","new"]}');
});

it('a list that is read whole is not asked for again too soon', async () => {
  const reply = '  reply: { post: /m, json: { text: =text }, result: =id }';
  const { backend, asked } = connected(profile(reply, ''), { rows: [] });
  const { cursor } = await backend.pull('all', null, signal);
  await backend.pull('all', cursor, signal);
  expect(asked).toHaveLength(1);
});
