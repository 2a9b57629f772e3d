/** What `docs/custom-backend.md` teaches is what happens: its examples and its errors are the real ones. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { CAPABILITIES } from '@shared/backends/capability';
import type { Backend } from '@shared/backends/port';
import { createRestBackend } from '@shared/backends/rest-engine';
import { anOperation } from '@shared/backends/check/check-kit';
import { NOON } from '@shared/testing/builders';
import { LeapingClock } from '@shared/testing/leaping-clock';
import { scriptedHttp } from '@shared/testing/scripted-http';
import type { ProfileError } from './profile-error';
import { openProfile, type OpenProfile } from './profile-file';

const read = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), 'utf8');
const DOC = read('docs/custom-backend.md');
const COPPER = read('resources/backends/copper-tracker.yaml');
const PARLEY = read('resources/backends/parley-chat.yaml');
const signal = new AbortController().signal;

const opened: OpenProfile[] = [];
afterAll(() => Promise.all(opened.map((profile) => profile.close())));

/** The middle column is for reading; the right one is what is shown. */
const shown = [...DOC.matchAll(/^\|.*\| ((?:copper-tracker\.yaml|The server took).*?) +\|$/gm)].map(
  ([, words = '']) => words,
);

/** The tracker, whose server answers these. */
function tracker(...answers: Parameters<typeof scriptedHttp>): Backend {
  const profile = openProfile('copper-tracker.yaml', COPPER);
  opened.push(profile);
  const settings = { accountId: 'a1', url: 'https://tracker.example.com', token: 'sample' };
  return createRestBackend(
    profile.definition,
    settings,
    scriptedHttp(...answers).http,
    new LeapingClock(NOON),
  );
}

const row = (id: number, more = {}): unknown => ({
  id,
  title: 'Sample',
  state: 'fresh',
  reporter: { id: 1, name: 'Sample' },
  created: '2026-03-01T12:00:00Z',
  changed: `2026-03-01T12:00:0${id}Z`,
  ...more,
});

describe('docs/custom-backend.md', () => {
  it('shows YAML that stands in the worked examples', () => {
    const flat = (text: string): string => text.replace(/^ +/gm, '');
    const blocks = [...DOC.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block = '']) => flat(block));
    expect(blocks.length).toBeGreaterThan(8);
    expect(blocks.filter((block) => ![COPPER, PARLEY].some((text) => flat(text).includes(block)))).toEqual(
      [],
    );
  });

  it('names everything that a profile may say is not there', () => {
    const [, names = ''] = /Its names: (.*?)\.$/m.exec(DOC) ?? [];
    expect(names.split(', ').sort()).toEqual([...CAPABILITIES].sort());
  });

  it.each([
    ['rows: issues\n    paging', 'row: issues\n    paging'],
    ['kind: offset', 'kind: offsets'],
    ['overlap: 1m', 'overlap: 1 minute'],
    ['field: =changed', 'field: changed'],
    ['verify: =conversation.state = status', 'verify: =conversation.state == status'],
    [
      `kind: '=author.role = "customer" ? "inbound" : (visibility`,
      'kind: =author.role = "customer" ? "inbound" : (visibility',
    ],
    ['changed_from: =$fromMillis(since)', 'changed_from: =$fromMillis(from)'],
    ['body: =text & "\\n\\n[hf " & ref & "]"\n      state', 'body: =text\n      state'],
    ['    result: =comment.id\n  note', '  note'],
  ])('shows what is read after a slip: %#', (search, replacement) => {
    expect(COPPER).toContain(search);
    const broken = (): unknown =>
      openProfile(
        'copper-tracker.yaml',
        COPPER.replace(search, () => replacement),
      );
    const sentences = ((): readonly string[] => {
      try {
        broken();
        return [];
      } catch (error) {
        return (error as ProfileError).sentences;
      }
    })();
    expect(shown.some((words) => sentences.includes(words))).toBe(true);
  });

  it.each([
    ['the list is somewhere else', () => tracker({ body: { data: [] } }).pull('issues', null, signal)],
    [
      'the server says no',
      () =>
        tracker({ status: 403, body: { error: 'The token may not read issues.' } }).pull(
          'issues',
          null,
          signal,
        ),
    ],
    [
      'rows come newest first',
      async () => {
        const answers = [{ body: { issues: [] } }, { body: { issues: [row(9), row(7)] } }] as const;
        const backend = tracker(...answers);
        // The head of a first sync; then news.
        const { cursor } = await backend.pull('issues', null, signal);
        const news = JSON.stringify({ ...(JSON.parse(cursor) as object), older: null, at: NOON });
        return backend.pull('issues', news, signal);
      },
    ],
    [
      'a change was not made',
      () =>
        tracker({ body: {} }, { body: { issue: { id: 7, state: 'fresh' } } }).perform(
          anOperation('7', { kind: 'status', status: 'resolved' }),
          signal,
        ),
    ],
  ])('shows what is read when %s', async (title, run) => {
    const failure = await run().then(
      () => 'nothing failed',
      (error: unknown) => (error as Error).message,
    );
    expect(DOC).toContain(`| ${title}`);
    expect(shown).toContain(failure);
  });

  it('shows what is read when a field of one row is of another type', async () => {
    const broken = { id: 7, title: { en: 'Sample' } };
    const whole = row(7) as object;
    const backend = tracker({ body: { issues: [] } }, { body: { issues: [{ ...whole, ...broken }] } });
    const { cursor } = await backend.pull('issues', null, signal);
    const { rejected } = await backend.pull('issues', cursor, signal);
    const words = shown.find((one) => one.includes('"subject"')) ?? '';
    const before = (text: string): string => text.slice(0, text.indexOf(' The row was'));
    expect(before(rejected[0]?.problem ?? '')).toBe(before(words));
  });
});

it('reads a comment that is a picture and nothing else, in the worked example too', async () => {
  const picture = {
    id: 1,
    author: { id: 1, name: 'Sample', role: 'customer' },
    visibility: 'public',
    created: '2026-03-01T12:00:00Z',
    body: null,
    files: [{ id: 'f1', name: 'sample.png', type: 'image/png', bytes: 5 }],
  };
  const comments = { body: { comments: [picture] } };
  const backend = tracker(comments, comments);
  const { messages } = await backend.history('7', null, signal);
  expect(messages).toMatchObject([{ body: { content: '' }, attachments: [{ id: 'f1' }], clientRef: null }]);
  await expect(backend.findByRef('7', 'some-ref', signal)).resolves.toBeNull();
});
