/** A profile's text, checked: what it says, or every problem with its line and what to do. */
import jsonata from 'jsonata';
import type { z } from 'zod';
import { CAPABILITIES } from '../capability';
import { expressionIn, expressionsInPath, type Expression } from './templates';
import { profileSchema, QUOTED_WORDS, type Profile } from './profile-schema';
import { readSource, type Path, type ProfileProblem, type ProfileSource } from './profile-source';

/** A profile that was found in order. */
export interface LoadedProfile {
  profile: Profile;
  source: ProfileSource;
  /** What nobody would let into a new profile, and what this one was let in with. */
  advice: readonly ProfileProblem[];
}

export type ReadProfile = LoadedProfile | { problems: readonly ProfileProblem[] };

const MAX_PROBLEMS = 20;
const METHODS: readonly string[] = ['get', 'post', 'put', 'patch', 'delete'];

/**
 * Reads and checks a profile; evaluates nothing and asks no server.
 * @param file its name, for errors
 * @param kept it is one that worked here already: what is asked of new ones alone is told as advice
 */
export function readProfile(file: string, text: string, kept = false): ReadProfile {
  const read = readSource(file, text);
  if ('problems' in read) return read;
  const { source } = read;
  const checked = profileSchema.safeParse(source.value);
  if (!checked.success) {
    const problems = checked.error.issues.flatMap((issue) => problemsOf(issue, source));
    return { problems: problems.slice(0, MAX_PROBLEMS) };
  }
  const profile = checked.data;
  const advice = shortcomings(profile, source);
  const wrong = [...syntaxProblems(source.value, [], source), ...contradictions(profile, source)];
  const problems = kept ? wrong : [...wrong, ...advice];
  return problems.length > 0 ? { problems: problems.slice(0, MAX_PROBLEMS) } : { profile, source, advice };
}

/** A problem as a sentence with its place. */
export function sentenceOf(file: string, { line, column, message }: ProfileProblem): string {
  return `${file}, line ${line}, column ${column}: ${message}`;
}

function problemsOf(issue: z.core.$ZodIssue, source: ProfileSource, base: Path = []): ProfileProblem[] {
  const path: Path = [...base, ...(issue.path as (string | number)[])];
  const name = nameOf(path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        ...source.where([...path, key], { key: true }),
        message: `Nothing here is called "${key}". ${path.at(-1) === 'lacks' ? LACKABLE : SPELLING}`,
      }));
    case 'invalid_union': {
      if (issue.errors.length === 0) {
        const options = 'options' in issue ? ` It can be ${(issue.options as string[]).join(', ')}.` : '';
        const given = valueAt(source.value, path);
        const what = given === undefined ? 'is missing here' : `cannot be ${JSON.stringify(given)}`;
        return [{ ...source.where(path), message: `"${name}" ${what}.${options}` }];
      }
      // The nearest of the kinds it could be: the one that complains least.
      const [nearest = []] = [...issue.errors].sort((a, b) => depthOf(b) - depthOf(a) || a.length - b.length);
      return nearest.flatMap((inner) => problemsOf(inner, source, path));
    }
    case 'invalid_type': {
      const missing = valueAt(source.value, path) === undefined;
      const wanted = WANTED[issue.expected] ?? issue.expected;
      return [
        {
          ...source.where(path),
          message: missing ? `"${name}" is missing here; it is ${wanted}.` : `"${name}" must be ${wanted}.`,
        },
      ];
    }
    case 'invalid_value': {
      const words = issue.values.map(String).join(', ');
      return [{ ...source.where(path), message: `"${name}" must be one of: ${words}.` }];
    }
    default: {
      const whole = typeof valueAt(source.value, path) === 'object';
      return [{ ...source.where(path, { key: whole }), message: `"${name}" ${issue.message}.` }];
    }
  }
}

const SPELLING = 'Check the spelling, or take it out.';
const LACKABLE = `It can be ${CAPABILITIES.join(', ')}.`;

const WANTED: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a group of named values',
  record: 'a group of named values',
  array: 'a list',
};

function nameOf(path: Path): string {
  const named = path.findLast((step) => typeof step === 'string');
  return named === undefined ? 'the profile' : String(named);
}

function depthOf(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map(({ path }) => path.length));
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (found, step) =>
      typeof found === 'object' && found !== null
        ? (found as Record<string | number, unknown>)[step]
        : undefined,
    value,
  );
}

/** Every expression is parsed, so that a slip is told before anything is asked. */
function syntaxProblems(value: unknown, path: Path, source: ProfileSource): ProfileProblem[] {
  if (typeof value === 'string') {
    const own = expressionIn(value, path);
    const isPath = METHODS.includes(String(path.at(-1)));
    const expressions = own !== null ? [own] : isPath ? expressionsInPath(value, path) : [];
    return expressions.flatMap((expression) => syntaxProblem(expression, source));
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => syntaxProblems(inner, [...path, name], source));
}

function syntaxProblem({ text, path, skip }: Expression, source: ProfileSource): ProfileProblem[] {
  try {
    jsonata(text);
    return [];
  } catch (error) {
    const { message = 'it cannot be read', position } = error as { message?: string; position?: number };
    // JSONata tells the end of the word it stumbled over.
    const offset = skip + Math.max(0, (position ?? 1) - 1);
    return [{ ...source.where(path, { offset }), message: `The expression cannot be read: ${message}.` }];
  }
}

/** What the request of an action cannot do without. */
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  status: ['status'],
  assign: ['assigneeId'],
  priority: ['priority'],
  tags: ['add', 'remove'],
};

function mentions(part: unknown, names: readonly string[]): boolean {
  return new RegExp(`\\b(${names.join('|')})\\b`).test(JSON.stringify(part));
}

/** What no field says alone. */
function contradictions(profile: Profile, source: ProfileSource): ProfileProblem[] {
  const problems: ProfileProblem[] = [];
  const tell = (path: Path, message: string): void =>
    void problems.push({ ...source.where(path, { key: true }), message });
  const [first] = Object.keys(profile.feeds);
  if (first === undefined) tell(['feeds'], 'Name at least the list of conversations.');
  else if (!profile.feeds[first]?.gives.some(({ kind }) => kind === 'conversation')) {
    tell(['feeds', first], 'The first feed must be the one that gives conversations.');
  }
  const { conversation, actions, sweep, files, delivery } = profile;
  if (conversation !== undefined) {
    const read = profile.feeds[conversation.feed];
    if (!read?.gives.some(({ kind }) => kind === 'conversation')) {
      tell(['conversation', 'feed'], `No feed called "${conversation.feed}" gives conversations.`);
    }
  }
  if (profile.push !== undefined && profile.lacks.push !== undefined) {
    tell(['lacks', 'push'], 'It has a "push" above: take one of the two out.');
  }
  const needs = (path: Path, what: string): void => {
    if (conversation === undefined) tell(path, `${what} needs "conversation": how one is read by its id.`);
  };
  if (sweep !== undefined) needs(['sweep'], 'A sweep');
  for (const [name, action] of Object.entries(actions)) {
    if (action === undefined) continue;
    if (action.verify !== undefined) needs(['actions', name, 'verify'], '"verify"');
    if (action.readFirst) needs(['actions', name, 'readFirst'], '"readFirst"');
    const chosen = CHOICES[name];
    if (chosen !== undefined && !mentions({ ...action, verify: undefined }, chosen)) {
      const names = chosen.map((one) => `=${one}`).join(' or ');
      tell(['actions', name], `What the agent chose is nowhere in it: use ${names}.`);
    }
    if (name !== 'reply' && name !== 'note') continue;
    const body = [action.json, action.form, action.multipart, action.query];
    if (!mentions(body, ['text', 'html'])) {
      tell(['actions', name], 'What the agent wrote is nowhere in it: use =text or =html in its body.');
    }
    if (action.result === undefined) {
      tell(['actions', name], '"result" is missing here: the id of the message that was made.');
    }
    if (delivery.tier !== 'T4' && name === 'reply' && !mentions([action.headers, body], ['ref'])) {
      tell(['actions', name], `At tier ${delivery.tier} the request must carry =ref.`);
    }
    if (profile.speaksFor === 'author' && !mentions([action.headers, body], ['agent'])) {
      tell(['actions', name], '"speaksFor: author" says that it names the agent: use =agent.id in it.');
    }
    const sendsFiles = files?.send.kind;
    if (sendsFiles === 'multipart' && action.multipart === undefined) {
      tell(['actions', name], 'files.send says that the reply carries files: give it a "multipart".');
    }
    if (sendsFiles === 'upload' && !mentions(body, ['uploadIds'])) {
      tell(['actions', name], 'Files are uploaded first: name =uploadIds in its body.');
    }
    if (sendsFiles === 'inline' && !mentions(body, ['files'])) {
      tell(['actions', name], 'files.send says that the reply carries files: use =files in its json.');
    }
  }
  for (const [name, { withMessages, delta, query, headers }] of Object.entries(profile.feeds)) {
    if (withMessages && !profile.feeds[name]?.gives.some(({ kind }) => kind === 'conversation')) {
      tell(['feeds', name, 'withMessages'], 'Only a feed of conversations can bring messages with them.');
    }
    if (delta.kind === 'updatedSince' && !mentions([query, headers], ['since'])) {
      tell(['feeds', name, 'delta'], 'The request never says since when: use =since in its query.');
    }
  }
  return problems;
}

/** Three words at least: "none" says nothing that anybody could look up. */
const QUOTED = new RegExp(QUOTED_WORDS);

/** What works, and is asked of new profiles all the same. */
function shortcomings({ feeds, lacks }: Profile, source: ProfileSource): ProfileProblem[] {
  const unquoted = Object.entries(lacks).filter(([, words]) => !QUOTED.test(words));
  const whole = Object.entries(feeds).filter(
    ([, { delta, paging }]) =>
      delta.kind === 'continue' && paging.kind !== 'cursor' && paging.kind !== 'keyset',
  );
  const how = 'say "delta: { kind: whole, every: 10m }", or "updatedSince" if it can be asked what changed';
  return [
    ...unquoted.map(([name]) => ({
      ...source.where(['lacks', name]),
      message: `"${name}" must quote the documentation: where it says that this is not there, and what.`,
    })),
    ...whole.map(([name]) => ({
      ...source.where(['feeds', name], { key: true }),
      message: `Read like this, the whole list is asked for at each poll: ${how}.`,
    })),
  ];
}
