/**
 * Rows of a list, read into the product's nouns by a profile's expressions. Expressions run once for a
 * whole page; what each gave is checked field by field, and a broken thing is told and set aside.
 */
import { z } from 'zod';
import { previewOf } from '../../domain/plain-text';
import { threadFacts } from '../../domain/thread-facts';
import type {
  Agent,
  Change,
  Contact,
  Conversation,
  EntityKind,
  Message,
  SavedReply,
} from '../../domain/entities';
import { changeTo, goneChange } from '../changes';
import { excerptOf } from './excerpt';
import { isProblem, type ExpressionTask, type Outcome } from './evaluator';
import { fieldSchemas, profileWords, type FieldSchemas } from './field-values';
import type { Entry, Template } from './profile-schema';
import type { Path } from './profile-source';
import type { Caller, Context, Runtime } from './runtime';
import { expressionIn, expressionsIn, fillTemplate, type Expression } from './templates';

/** One thing that a row gave: a change, or why there is none. The engine takes it for a raw row. */
export interface ReadThing {
  id: string | null;
  change: Change | null;
  age: number | null;
  problem: string | null;
  /** Which of the fields that a conversation may owe to its messages the row itself told. */
  told: ReadonlySet<string>;
}

/** An entry of `gives`, and where it stands. */
export interface PlacedEntry {
  entry: Entry;
  path: Path;
}

interface Prepared extends PlacedEntry {
  each: Expression | null;
  /** when, gone, movedTo, age; then the fields'. */
  flags: readonly (Expression | null)[];
  fields: readonly (readonly [name: string, template: Template, expressions: readonly Expression[]])[];
}

const FLAGS = ['when', 'gone', 'movedTo', 'age'] as const;

export class EntryReader {
  readonly #runtime: Runtime;
  readonly #schemas: FieldSchemas;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    this.#schemas = fieldSchemas(profileWords(runtime.profile));
  }

  /**
   * Everything that some rows give, row by row.
   * @param conversationId of messages that do not say it themselves
   */
  async read(
    caller: Caller,
    entries: readonly PlacedEntry[],
    rows: readonly unknown[],
    conversationId: string | null = null,
  ): Promise<readonly ReadThing[]> {
    if (rows.length === 0) return [];
    const { accountId } = caller;
    const prepared = entries.map(prepare);
    const vars: Context = conversationId === null ? {} : { conversationId };
    const found = await this.#runtime.evaluator.evaluate(
      prepared.map(taskOf),
      rows.map((value) => ({ value, vars })),
      caller,
    );
    return rows.flatMap((row, at) => {
      const first = found[0]?.[at] ?? [];
      // Of a row that nothing can be asked of nobody knows how many things it would have been.
      if (isProblem(first) && found.every((outcomes) => isProblem(outcomes[at] ?? []))) {
        return [this.#failed(prepared[0]?.each ?? null, first, row)];
      }
      const things = prepared.flatMap((entry, task): readonly ReadThing[] => {
        const outcome = found[task]?.[at] ?? [];
        if (isProblem(outcome)) return [this.#failed(entry.each, outcome, row)];
        return outcome.flatMap((reading) => this.#thing(entry, reading, row, accountId, conversationId));
      });
      return withThreadFacts(things);
    });
  }

  /** One thing's fields alone, for what is no row of a list. Throws with the line. */
  async agent(
    caller: Caller,
    row: unknown,
    fields: { [name: string]: Template },
    path: Path,
  ): Promise<Agent> {
    const expressions = expressionsIn(fields, path);
    const values = await this.#runtime.values(caller, expressions, row);
    const filled = fillTemplate(fields, values[Symbol.iterator]());
    const read = this.#schemas.agent.safeParse(filled);
    if (read.success) return { accountId: caller.accountId, ...read.data };
    throw this.#runtime.nonsense(...problemIn(read.error, path, filled), row);
  }

  #thing(
    { entry, path, flags, fields }: Prepared,
    reading: readonly Outcome[],
    row: unknown,
    accountId: string,
    conversationId: string | null,
  ): readonly ReadThing[] {
    const outcomes = reading[Symbol.iterator]();
    const flag: Record<string, unknown> = {};
    for (const [index, expression] of flags.entries()) {
      if (expression === null) continue;
      const outcome = outcomes.next().value as Outcome;
      if (isProblem(outcome)) return [this.#failed(expression, outcome, row)];
      flag[FLAGS[index] ?? ''] = outcome.value;
    }
    if (flags[0] !== null && !flag['when']) return [];
    const gone = Boolean(flag['gone']);
    const values: Record<string, unknown> = {};
    for (const [name, template, expressions] of fields) {
      const given: unknown[] = [];
      for (const expression of expressions) {
        const outcome = outcomes.next().value as Outcome;
        // The mark of something that is gone has its id, and little else.
        if (isProblem(outcome) && !(gone && name !== 'id')) return [this.#failed(expression, outcome, row)];
        given.push(isProblem(outcome) ? undefined : outcome.value);
      }
      values[name] = fillTemplate(template, given[Symbol.iterator]());
    }
    const age = typeof flag['age'] === 'number' ? flag['age'] : null;
    if (gone) {
      const id = this.#schemas.conversation.shape.id.safeParse(values['id']);
      if (!id.success)
        return [this.#broken(problemIn(id.error, [...path, 'fields', 'id'], values['id']), row)];
      const movedTo =
        flag['movedTo'] === undefined || flag['movedTo'] === null ? null : String(flag['movedTo']);
      const change = goneChange(entry.kind, id.data, movedTo);
      return [{ id: id.data, change, age, problem: null, told: new Set() }];
    }
    const read = this.#schemas[entry.kind].safeParse(values);
    if (!read.success) return [this.#broken(problemIn(read.error, [...path, 'fields'], values), row)];
    const made = entityOf(entry.kind, read.data, accountId, conversationId);
    if (made === null) {
      const problem = 'nothing says to which conversation the message belongs: give "conversationId".';
      return [this.#broken([[...path, 'fields'], problem], row)];
    }
    const told = new Set(
      Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [name])),
    );
    const change = changeTo(entry.kind, made);
    return [{ id: made.id, change, age, problem: null, told }];
  }

  #failed(
    expression: Expression | null,
    { problem, position }: Extract<Outcome, { problem: string }>,
    row: unknown,
  ): ReadThing {
    const words = expression === null ? problem : this.#runtime.complaint(expression, problem, position);
    return brokenThing(`${words} The row was: ${excerptOf(row)}`, row);
  }

  #broken([path, problem]: readonly [Path, string], row: unknown): ReadThing {
    return brokenThing(`${this.#runtime.lineOf(path)}: ${problem} The row was: ${excerptOf(row)}`, row);
  }
}

/** The problem of a thing as an engine's `ZodError`, so that it is set aside and told. */
export function thingError(problem: string): z.ZodError {
  const [, where = '', what = problem] = /^(.*?, line \d+): ([\s\S]*)$/.exec(problem) ?? [];
  const path = where === '' ? [] : [where];
  return new z.ZodError([{ code: 'custom', path, message: what, input: undefined }]);
}

function brokenThing(problem: string, row: unknown): ReadThing {
  const given = (row as { id?: unknown } | null)?.id;
  const id = typeof given === 'string' || typeof given === 'number' ? String(given) : null;
  return { id, change: null, age: null, problem, told: new Set() };
}

function prepare({ entry, path }: PlacedEntry): Prepared {
  return {
    entry,
    path,
    each: expressionIn(entry.each, [...path, 'each']),
    flags: FLAGS.map((name) => expressionIn(entry[name], [...path, name])),
    fields: Object.entries(entry.fields).map(([name, template]) => [
      name,
      template,
      expressionsIn(template, [...path, 'fields', name]),
    ]),
  };
}

function taskOf({ each, flags, fields }: Prepared): ExpressionTask {
  const all = [
    ...flags.filter((flag) => flag !== null),
    ...fields.flatMap(([, , expressions]) => expressions),
  ];
  return { each: each?.text ?? null, expressions: all.map(({ text }) => text) };
}

/** What a field of some name has to be, where its schema's own words say it to programmers only. */
const WANTED: readonly (readonly [names: RegExp, words: string])[] = [
  [/^(id|\w+Id|version)$/, 'an id: a text or a number'],
  [/(At|Since)$/, 'a time: ISO text with its zone, or milliseconds'],
  [/^(tags|emails|phones|handles)$/, 'a list of texts'],
  [/^kind$/, 'inbound, reply, note or event'],
  [/^authorType$/, 'contact, agent or system'],
  [/^messageCount$/, 'a whole number'],
  [/^(status|priority|channel)$/, 'a word: a text or a number'],
];

/** The first field that is wrong, where it stands, what it should be and what it is. */
function problemIn(error: z.ZodError, path: Path, values: unknown): readonly [Path, string] {
  const issue = error.issues[0];
  const at = (issue?.path ?? []) as (string | number)[];
  const name = at.length === 0 ? String(path.at(-1)) : at.join('.');
  const given = at.reduce<unknown>(
    (found, step) => (found as Record<string | number, unknown> | undefined)?.[step],
    values,
  );
  const wanted = WANTED.find(([names]) => names.test(name))?.[1] ?? 'a text';
  const should = issue?.code === 'custom' ? issue.message : `must be ${wanted}`;
  const words =
    given === undefined ? 'gives nothing, and it is needed' : `${should}; it gives ${excerptOf(given)}`;
  return [[...path, ...at.slice(0, 1)], `"${name}" ${words}.`];
}

function entityOf(
  kind: EntityKind,
  data: z.infer<FieldSchemas[EntityKind]>,
  accountId: string,
  conversationId: string | null,
): Conversation | Message | Contact | Agent | SavedReply | null {
  switch (kind) {
    case 'conversation':
      return conversationOf(data as z.infer<FieldSchemas['conversation']>, accountId);
    case 'message':
      return messageOf(data as z.infer<FieldSchemas['message']>, accountId, conversationId);
    case 'contact': {
      const contact = data as z.infer<FieldSchemas['contact']>;
      const createdAt = contact.createdAt ?? contact.updatedAt ?? 0;
      return { accountId, ...contact, createdAt, updatedAt: contact.updatedAt ?? createdAt };
    }
    case 'agent':
      return { accountId, ...(data as z.infer<FieldSchemas['agent']>) };
    case 'savedReply': {
      const { text, html, ...reply } = data as z.infer<FieldSchemas['savedReply']>;
      return { accountId, ...reply, body: bodyOf(text, html) };
    }
  }
}

function conversationOf(row: z.infer<FieldSchemas['conversation']>, accountId: string): Conversation {
  const { status, statusLabel, preview, lastMessageAt, waitingSince, messageCount, ...rest } = row;
  return {
    accountId,
    ...rest,
    status: status.ours,
    statusLabel: statusLabel ?? status.label,
    preview: previewOf(preview ?? ''),
    lastMessageAt: lastMessageAt ?? row.updatedAt,
    waitingSince: waitingSince ?? null,
    messageCount: messageCount ?? 0,
  };
}

const AUTHOR_BY_KIND = { inbound: 'contact', reply: 'agent', note: 'agent', event: 'system' } as const;

function messageOf(
  row: z.infer<FieldSchemas['message']>,
  accountId: string,
  conversationId: string | null,
): Message | null {
  const { authorType, authorId, authorName, text, html, ...rest } = row;
  const home = row.conversationId ?? conversationId;
  if (home === null) return null;
  return {
    accountId,
    ...rest,
    conversationId: home,
    author: { type: authorType ?? AUTHOR_BY_KIND[row.kind], id: authorId, name: authorName ?? '' },
    body: bodyOf(text, html),
  };
}

function bodyOf(text: string | null, html: string | null): Message['body'] {
  return html === null ? { type: 'text', content: text ?? '' } : { type: 'html', content: html };
}

/** A conversation that came with messages says of them what its own row did not. */
export function withThreadFacts(things: readonly ReadThing[]): readonly ReadThing[] {
  const messages = things.flatMap(({ change }) =>
    change?.kind === 'message' && change.row !== null ? [change.row] : [],
  );
  if (messages.length === 0) return things;
  return things.map((thing) => {
    const { change, told } = thing;
    if (change?.kind !== 'conversation' || change.row === null) return thing;
    const row = change.row;
    const own = messages
      .filter(({ conversationId }) => conversationId === row.id)
      .sort((a, b) => a.createdAt - b.createdAt);
    if (own.length === 0) return thing;
    const facts = threadFacts(row.status, own, row);
    const missing = Object.entries(facts).filter(([name]) => !told.has(name));
    const count = told.has('messageCount') ? row.messageCount : own.length;
    const whole = { ...row, ...Object.fromEntries(missing), messageCount: count };
    return { ...thing, change: { ...change, row: whole } };
  });
}
