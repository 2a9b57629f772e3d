import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readProfile, sentenceOf } from './read-profile';

const example = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../../../resources/backends/${name}.yaml`, import.meta.url)), 'utf8');
const COPPER = example('copper-tracker');

/** The problems of the tracker's profile with one thing changed, and the line on which that stands. */
function problemsAfter(search: string, replacement: string): { sentences: string[]; line: number } {
  expect(COPPER).toContain(search);
  const text = COPPER.replace(search, () => replacement);
  const line = COPPER.slice(0, COPPER.indexOf(search)).split('\n').length;
  const read = readProfile('my.yaml', text);
  const problems = 'problems' in read ? read.problems : [];
  return { sentences: problems.map((problem) => sentenceOf('my.yaml', problem)), line };
}

describe('a profile', () => {
  it.each(['copper-tracker', 'parley-chat'])('like %s is in order', (name) => {
    const read = readProfile(`${name}.yaml`, example(name));
    expect('problems' in read ? read.problems : []).toEqual([]);
  });

  it.each([
    ['that is no YAML', 'signIn:\n  kind: bearer', 'signIn: [\n  kind: bearer', 3, /This is not YAML/],
    ['with a name that is not known', 'paging: { kind: offset', 'pagin: { kind: offset', 0, /called "pagin"/],
    ['that leaves out what is needed', '  tier: T3\n', '', -1, /"tier" is missing here/],
    [
      'with a word where there is a choice',
      'kind: bearer',
      'kind: cookie',
      0,
      /"kind" cannot be "cookie". It can be bearer, header/,
    ],
    [
      'with a text where a number belongs',
      'requestsPerMinute: 600',
      'requestsPerMinute: many',
      0,
      /"requestsPerMinute" must be a number/,
    ],
    ['with a time that is none', 'overlap: 1m', 'overlap: soon', 0, /such as 500ms, 20s, 5m/],
    [
      'that speaks for an agent whom no request names',
      'actions:\n',
      'speaksFor: author\nactions:\n',
      2,
      /use =agent.id in it/,
    ],
    ['with two methods', 'get: /me', 'get: /me\n  post: /me', -1, /exactly one of get, post/],
    [
      'with an expression that cannot be read',
      'verify: =conversation.state = status',
      'verify: =conversation.state = = status',
      0,
      /The expression cannot be read/,
    ],
    [
      'with a slip in a path',
      'get: /issues/{conversationId}\n  row',
      'get: /issues/{conversation[}\n  row',
      0,
      /The expression cannot be read/,
    ],
    [
      'that forgets what the agent wrote',
      'body: =text & "\\n\\n[hf " & ref & "]"\n      state',
      'body: =ref\n      state',
      -4,
      /What the agent wrote is nowhere in it/,
    ],
    [
      'that forgets its reference',
      'body: =text & "\\n\\n[hf " & ref & "]"\n      state',
      'body: =text\n      state',
      -4,
      /must carry =ref/,
    ],
    [
      'that forgets what the agent chose',
      'json: { state: =status }',
      'json: { state: =state }',
      -2,
      /What the agent chose is nowhere in it: use =status/,
    ],
    ['that names a feed that is not there', 'feed: issues', 'feed: tickets', 0, /No feed called "tickets"/],
    [
      'that never says since when',
      '      changed_from: =$fromMillis(since)\n',
      '',
      2,
      /never says since when/,
    ],
    [
      'that has no conversations first',
      'feeds:\n  issues',
      'feeds:\n  early: { get: /x, rows: x, gives: [{ kind: agent, fields: { id: =id, name: =name } }] }\n  issues',
      1,
      /first feed must be/,
    ],
    [
      'that reads a whole list at each poll',
      '    delta: { kind: whole, every: 1h }\n',
      '',
      -4,
      /the whole list is asked for at each poll: say "delta: \{ kind: whole/,
    ],
    [
      'that lacks what nobody knows',
      "  guard: 'API",
      "  attachments: 'API",
      0,
      /Nothing here is called "attachments". It can be delta, .*attachmentsOut, attachmentsIn/,
    ],
    [
      'that quotes no documentation',
      `guard: 'API guide, "Changing an issue": the last write wins.'`,
      'guard: none',
      0,
      /"guard" must quote the documentation/,
    ],
  ])('%s is told with its line', (_title, search, replacement, down, words) => {
    const { sentences, line } = problemsAfter(search, replacement);
    expect(sentences.join('\n')).toMatch(words);
    expect(sentences[0]).toMatch(/^my\.yaml, line \d+, column \d+: [A-Z"]/);
    const lines = sentences.map((sentence) => Number(/line (\d+)/.exec(sentence)?.[1]));
    expect(lines).toContain(line + down);
  });

  it('has the column of a slip inside an expression', () => {
    const { sentences } = problemsAfter(
      'verify: =conversation.state = status',
      'verify: =conversation.state = ) status',
    );
    const column = '    verify: =conversation.state = )'.indexOf(')') + 1;
    expect(sentences[0]).toContain(`column ${column}:`);
  });

  it('has the line of a slip inside a text over several lines', () => {
    const block = 'verify: |-\n      =conversation.state = status and\n      $not(true))';
    const { sentences, line } = problemsAfter('verify: =conversation.state = status', block);
    expect(sentences[0]).toContain(`line ${line + 2}, column ${'      $not(true))'.length}:`);
  });

  it('is told where an alias is written, not where it is used', () => {
    const text = example('parley-chat').replace('createdAt: =at * 1000', 'createdAt: =at * * 1000 )');
    const read = readProfile('chat.yaml', text);
    const lines = 'problems' in read ? read.problems.map(({ line }) => line) : [];
    const at = text.slice(0, text.indexOf('=at * *')).split('\n').length;
    expect(new Set(lines)).toEqual(new Set([at]));
  });

  it('that is far too large is refused at once', () => {
    const read = readProfile('big.yaml', 'x'.repeat(300_000));
    expect('problems' in read && read.problems[0]?.message).toContain('256 KB');
  });

  it('that repeats itself through aliases without end is refused', () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]'];
    for (let n = 1; n < 9; n += 1) {
      const [name, before] = ['abcdefghi'[n], 'abcdefghi'[n - 1]];
      bomb.push(`${name}: &${name} [${Array(9).fill(`*${before}`).join(', ')}]`);
    }
    const read = readProfile('bomb.yaml', bomb.join('\n'));
    expect('problems' in read && read.problems[0]?.message).toContain('not YAML');
  });
});

const SHORTCOMINGS = [
  ['    delta: { kind: whole, every: 1h }\n', '', /the whole list is asked for at each poll/],
  [
    `guard: 'API guide, "Changing an issue": the last write wins.'`,
    'guard: none',
    /line \d+, .*"guard" must quote the documentation/,
  ],
] as const;

it.each(SHORTCOMINGS)(
  'one that worked here already goes on, with advice: %#',
  (search, replacement, words) => {
    const text = COPPER.replace(search, () => replacement);
    expect('problems' in readProfile('my.yaml', text)).toBe(true);
    const read = readProfile('my.yaml', text, true);
    if ('problems' in read) throw new Error(JSON.stringify(read.problems));
    expect(read.advice.map((one) => sentenceOf('my.yaml', one))).toEqual([expect.stringMatching(words)]);
  },
);

it('one that worked here already is told what is wrong with it all the same', () => {
  const read = readProfile('my.yaml', COPPER.replace('  tier: T3\n', ''), true);
  expect('problems' in read && read.problems.length).toBe(1);
});
