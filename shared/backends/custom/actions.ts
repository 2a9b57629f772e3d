/** What agents do, by a profile's request templates. */
import { base64OfBytes } from '../auth';
import { BackendError } from '../backend-error';
import { bytesOfFile } from '../bytes';
import { htmlOf } from '../html-text';
import { mediaTypeOf } from '../multipart';
import type { Operation, OperationProof, OutgoingFile } from '../port';
import type { Asker, RequestShape } from '../rest-definition';
import { excerptOf } from './excerpt';
import type { ProfileWords } from './field-values';
import type { Action, Step } from './profile-schema';
import type { Path } from './profile-source';
import type { ReadThing } from './entries';
import { accountContext, forAgent, type Caller, type Context, type Runtime } from './runtime';
import { textOf } from './templates';

export interface ActionParts {
  runtime: Runtime;
  words: ProfileWords;
  /** The conversation as it is now: its raw row and what it means. */
  conversation(ask: Caller, conversationId: string): Promise<{ raw: unknown; thing: ReadThing }>;
}

/** Makes `perform` of a profile. */
export function performer(parts: ActionParts) {
  const { runtime } = parts;
  const { actions } = runtime.profile;
  return async (asker: Asker, operation: Operation): Promise<OperationProof> => {
    const ask = forAgent(asker);
    const { kind } = operation.action;
    const action = actions[kind];
    if (action === undefined) {
      throw new BackendError('invalid', `The profile "${runtime.profile.name}" says no way to do this.`);
    }
    const path: Path = ['actions', kind];
    const files = await carried(operation.files ?? [], action, runtime);
    const context: Record<string, unknown> = {
      ...accountContext(ask),
      ...contextOf(operation, parts.words),
      files: files.map(({ shown }) => shown),
    };
    if (action.readFirst) {
      context['conversation'] = (await parts.conversation(ask, operation.conversationId)).raw;
    }
    const run = new ActionRun(ask, runtime, files);
    const answer = await run.step(action, path, context);
    const made = await run.resultOf(action, path, answer);
    const isMessage = kind === 'reply' || kind === 'note';
    await thenSteps(run, action, path, { ...context, result: made }).catch((error: unknown) =>
      Promise.reject(
        isMessage || made !== null
          ? perhapsDone(error, `taken as ${made ?? '?'}, but not all of it: `)
          : error,
      ),
    );
    const serverId = made ?? operation.conversationId;
    if (action.verify === undefined) return { serverId, conversation: null };
    const { raw, thing } = await parts
      .conversation(ask, operation.conversationId)
      .catch((error: unknown) =>
        Promise.reject(isMessage ? perhapsDone(error, 'taken, but not seen afterwards: ') : error),
      );
    const done = await runtime.value(ask, action.verify, [...path, 'verify'], {
      ...context,
      conversation: raw,
    });
    if (!done) {
      const where = runtime.lineOf([...path, 'verify']);
      throw new BackendError(
        'invalid',
        `The server took it and did not do it (${where}). The conversation is: ${excerptOf(raw)}`,
      );
    }
    // What its messages say of it was not read, where they have to be asked for.
    const partly = Object.values(runtime.profile.feeds).some((feed) => feed.withMessages);
    const row = thing.change?.kind === 'conversation' ? thing.change.row : null;
    return { serverId, conversation: partly ? null : row };
  };
}

async function thenSteps(run: ActionRun, action: Action, path: Path, context: Context): Promise<void> {
  for (const [index, step] of action.then.entries()) {
    await run.step(step, [...path, 'then', index], context);
  }
}

/**
 * Its first request was taken: what became of the others must not look as if there were no message, nor
 * as if there were one, for some profiles send by their last step.
 */
function perhapsDone(error: unknown, how: string): unknown {
  if (!(error instanceof BackendError)) return error;
  return new BackendError('no-answer', `It was ${how}${error.message}`, error.status, error.retryAfterMs);
}

function contextOf(
  { ref, conversationId, action, uploadIds, ifVersion, via, author }: Operation,
  words: ProfileWords,
): Context {
  const common = { ref, conversationId, uploadIds, ifVersion: ifVersion ?? undefined, via, agent: author };
  switch (action.kind) {
    case 'reply':
    case 'note': {
      const after = action.kind === 'reply' ? action.statusAfter : null;
      const statusAfter = after === null ? undefined : words.status.sent(after);
      return { ...common, text: action.text, html: htmlOf(action.text), statusAfter };
    }
    case 'status':
      return { ...common, status: words.status.sent(action.status) };
    case 'assign':
      return { ...common, assigneeId: action.assigneeId };
    case 'priority':
      return { ...common, priority: words.priority.sent(action.priority) };
    case 'tags':
      return { ...common, add: action.add, remove: action.remove };
  }
}

/** A file that travels inside a message. Its bytes never pass through an expression: a word stands for them. */
interface CarriedFile {
  file: OutgoingFile;
  shown: { name: string; mediaType: string; size: number; base64: string };
  base64: string | null;
}

async function carried(
  files: readonly OutgoingFile[],
  { json, multipart }: Action,
  { profile }: Runtime,
): Promise<readonly CarriedFile[]> {
  const inline = profile.files?.send.kind === 'inline' && json !== undefined && multipart === undefined;
  const all: CarriedFile[] = [];
  for (const [index, file] of files.entries()) {
    const { name, size } = file;
    const shown = { name, mediaType: mediaTypeOf(file), size, base64: `\u0000file ${index}\u0000` };
    all.push({ file, shown, base64: inline ? base64OfBytes(await bytesOfFile(file)) : null });
  }
  return all;
}

class ActionRun {
  readonly #ask: Caller;
  readonly #runtime: Runtime;
  readonly #files: readonly CarriedFile[];

  constructor(ask: Caller, runtime: Runtime, files: readonly CarriedFile[]) {
    this.#ask = ask;
    this.#runtime = runtime;
    this.#files = files;
  }

  /** Resolves with the last answer's body. */
  async step(step: Step, path: Path, context: Context): Promise<unknown> {
    if (step.when !== undefined) {
      if (!(await this.#runtime.value(this.#ask, step.when, [...path, 'when'], context))) return null;
    }
    if (step.forEach === undefined) return this.#send(step, path, context);
    const found = await this.#runtime.value(this.#ask, step.forEach, [...path, 'forEach'], context);
    const items = found === undefined || found === null ? [] : Array.isArray(found) ? found : [found];
    let last: unknown = null;
    for (const item of items as readonly unknown[]) last = await this.#send(step, path, { ...context, item });
    return last;
  }

  /** The id of what was made; `null` where the profile asks for none. */
  async resultOf(action: Action, path: Path, answer: unknown): Promise<string | null> {
    if (action.result === undefined) return null;
    const place = [...path, 'result'];
    const found = textOf(await this.#runtime.value(this.#ask, action.result, place, answer));
    // Perhaps it was done: reading back will tell.
    if (found === '') throw this.#runtime.nonsense(place, 'gives no id.', answer);
    return found;
  }

  async #send(step: Step, path: Path, context: Context): Promise<unknown> {
    const filled = await this.#runtime.request(this.#ask, step, path, context);
    const shape = withFiles(filled, step, this.#files);
    return (await this.#runtime.ask(this.#ask, shape, path)).body;
  }
}

function withFiles(shape: RequestShape, step: Step, files: readonly CarriedFile[]): RequestShape {
  const { json, multipart, ...rest } = shape;
  if (multipart !== undefined && (files.length > 0 || json === undefined)) {
    const field = step.multipart?.file ?? 'file';
    return { ...rest, multipart: { ...multipart, files: files.map(({ file }) => ({ field, file })) } };
  }
  if (json === undefined) return rest;
  return { ...rest, json: files.length === 0 ? json : withBytes(json, files) };
}

function withBytes(value: unknown, files: readonly CarriedFile[]): unknown {
  if (typeof value === 'string') return files.find(({ shown }) => shown.base64 === value)?.base64 ?? value;
  if (Array.isArray(value)) return value.map((item) => withBytes(item, files));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withBytes(inner, files)]));
}
