/**
 * A profile at work: expressions evaluated, requests made of templates, and everything that goes wrong
 * told with the line of the profile and with what the server answered.
 */
import { z } from 'zod';
import { BackendError } from '../backend-error';
import { rootAt } from '../declare';
import type { Urgency } from '../pace';
import { problemOf } from '../response';
import type { Answer, Asker, RawPage, RequestShape } from '../rest-definition';
import type { Evaluator, Outcome } from './evaluator';
import { excerptOf } from './excerpt';
import { paginationOf } from './paging';
import type { ListRequest, Method, Request } from './profile-schema';
import type { Path, ProfileSource } from './profile-source';
import type { LoadedProfile } from './read-profile';
import {
  expressionIn,
  expressionsIn,
  expressionsInPath,
  fillPath,
  fillTemplate,
  textOf,
  valuesOf,
  type Expression,
} from './templates';

/** An asker, and who waits for what it asks: agents' expressions go before those of pulls. */
export interface Caller extends Asker {
  readonly urgency: Urgency;
}

/** Asks for somebody who waits. */
export const forAgent = (ask: Asker): Caller => ({ ...ask, urgency: 'agent' });
/** Asks for what may wait. */
export const forPull = (ask: Asker): Caller => ({ ...ask, urgency: 'pull' });

/** A page, and what its server's clock showed then, in ms. */
export interface TimedPage extends RawPage {
  serverNow: number;
}

/** What bare names in a request's expressions stand for. */
export type Context = Readonly<Record<string, unknown>>;

const METHODS: readonly Method[] = ['get', 'post', 'put', 'patch', 'delete'];

export class Runtime {
  readonly profile: LoadedProfile['profile'];
  readonly #source: ProfileSource;
  readonly #evaluator: Evaluator;

  constructor({ profile, source }: LoadedProfile, evaluator: Evaluator) {
    this.profile = profile;
    this.#source = source;
    this.#evaluator = evaluator;
  }

  get evaluator(): Evaluator {
    return this.#evaluator;
  }

  /** `profile.yaml, line 12`, and where in a value. */
  lineOf(path: Path, offset: number | null = null): string {
    return `${this.#source.file}, line ${this.#source.where(path, { offset, key: offset === null }).line}`;
  }

  /** An answer that the profile does not understand: the line, what is wrong, and the answer itself. */
  nonsense(path: Path, problem: string, answer?: unknown, offset: number | null = null): BackendError {
    const shown = answer === undefined ? '' : ` The answer was: ${excerptOf(answer)}`;
    return new BackendError('nonsense', `${this.lineOf(path, offset)}: ${problem}${shown}`);
  }

  /** What an expression that failed is told as. */
  complaint(expression: Expression, problem: string, position: number | null): string {
    const offset = expression.skip + Math.max(0, (position ?? 1) - 1);
    return `${this.lineOf(expression.path, offset)}: ${problem}`;
  }

  /** The values of some expressions over one input. Throws a {@link BackendError} with the line. */
  async values(
    caller: Caller,
    expressions: readonly Expression[],
    input: unknown,
    vars: Context = {},
  ): Promise<readonly unknown[]> {
    if (expressions.length === 0) return [];
    const [outcomes = []] = await this.outcomes(caller, expressions, [input], vars);
    const read = valuesOf(outcomes, expressions);
    if ('values' in read) return read.values;
    const words = this.complaint(read.expression, read.problem, read.position);
    throw new BackendError('nonsense', `${words} It was asked of: ${excerptOf(input)}`);
  }

  /** The outcomes of some expressions over many inputs: by the place of the input. */
  async outcomes(
    caller: Caller,
    expressions: readonly Expression[],
    inputs: readonly unknown[],
    vars: Context = {},
  ): Promise<readonly (readonly Outcome[])[]> {
    const task = { each: null, expressions: expressions.map(({ text }) => text) };
    const [found = []] = await this.#evaluator.evaluate(
      [task],
      inputs.map((value) => ({ value, vars })),
      caller,
    );
    return found.map((outcome) =>
      'problem' in outcome ? expressions.map(() => outcome) : (outcome[0] ?? []),
    );
  }

  /** The value of one optional expression; `undefined` where there is none. */
  async value(
    caller: Caller,
    expression: string | undefined,
    path: Path,
    input: unknown,
    vars: Context = {},
  ): Promise<unknown> {
    const found = expressionIn(expression, path);
    return found === null ? undefined : (await this.values(caller, [found], input, vars))[0];
  }

  /** A request with its templates filled; `queryPath` is where its query stands, if that is elsewhere. */
  async request(
    caller: Caller,
    request: Request,
    path: Path,
    context: Context,
    queryPath: Path = [...path, 'query'],
  ): Promise<RequestShape> {
    const { server } = this.profile;
    const method = METHODS.find((name) => request[name] !== undefined) ?? 'get';
    const target = request[method] ?? '';
    const { query = {}, headers = {}, json, form, multipart } = request;
    const fields = multipart?.fields ?? {};
    const parts = [
      expressionsInPath(target, [...path, method]),
      expressionsIn(query, queryPath),
      expressionsIn(headers, [...path, 'headers']),
      expressionsIn(json, [...path, 'json']),
      expressionsIn(form, [...path, 'form']),
      expressionsIn(fields, [...path, 'multipart', 'fields']),
    ];
    const values = await this.values(caller, parts.flat(), context);
    const each = values[Symbol.iterator]();
    const inPath = parts[0]?.map(() => each.next().value as unknown) ?? [];
    // Dots would climb out of the path, escaped or not (WHATWG URL, "double-dot URL path segment").
    // Half a character has no bytes that could stand in one.
    const unfit = inPath.findIndex((value) => /^\.{0,2}$|\p{Surrogate}/u.test(textOf(value)));
    if (unfit >= 0) {
      const what = `{${parts[0]?.[unfit]?.text ?? ''}} gives "${textOf(inPath[unfit])}"`;
      throw this.nonsense([...path, method], `${what}, and a path needs an id there.`);
    }
    const texts = (template: typeof query): Record<string, string> =>
      Object.fromEntries(
        Object.entries(fillTemplate(template, each) as Record<string, unknown>).map(([name, value]) => [
          name,
          textOf(value),
        ]),
      );
    const filled = { query: texts(query), headers: texts(headers) };
    const body = fillTemplate(json, each);
    const formTexts = texts(form ?? {});
    const fieldTexts = texts(fields);
    return {
      method: method.toUpperCase() as RequestShape['method'],
      path: fillPath(target, inPath),
      query: filled.query,
      headers: { ...server.headers, ...filled.headers },
      ...(json !== undefined && { json: body }),
      ...(form !== undefined && { form: formTexts }),
      ...(multipart !== undefined && { multipart: { fields: Object.entries(fieldTexts), files: [] } }),
    };
  }

  /** Asks, and tells a failure with the line of the request. */
  async ask(ask: Asker, shape: RequestShape, path: Path): Promise<Answer> {
    return this.withLine(() => ask.json(shape), shape, path);
  }

  async withLine<T>(run: () => Promise<T>, { method, path: address }: RequestShape, path: Path): Promise<T> {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      const { kind, message, status, retryAfterMs } = error;
      const where = `${this.lineOf(path)}, ${method} ${address}: `;
      throw new BackendError(kind, `${where}${message}`, status, retryAfterMs);
    }
  }

  /** One page of a list. */
  async page(
    ask: Caller,
    list: ListRequest,
    path: Path,
    context: Context,
    cursor: string | null,
    queryPath?: Path,
  ): Promise<TimedPage> {
    const pagination = paginationOf(list.paging, list.rows, rootAt(this.profile.server.api)(ask.settings));
    const shape = pagination.request(await this.request(ask, list, path, context, queryPath), cursor);
    const answer = await this.ask(ask, shape, path);
    try {
      const told = Date.parse(answer.headers['date'] ?? '');
      return { ...pagination.read(answer, cursor), serverNow: Number.isNaN(told) ? ask.clock.now() : told };
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      const at = error.issues[0]?.path.join('.') ?? '';
      const rows = at === list.rows || at.startsWith(`${list.rows}.`) || list.rows === '';
      const problem = rows
        ? `there is no list of rows at "${list.rows}".`
        : `the paging does not find what it needs (${problemOf(error)}).`;
      throw this.nonsense([...path, rows ? 'rows' : 'paging'], problem, answer.body);
    }
  }
}

/** What every request may name, whatever it is for. */
export function accountContext(ask: Asker): Context {
  const { login, workspace } = ask.settings.values ?? {};
  return { login, workspace };
}
