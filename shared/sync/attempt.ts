/** One try at one intent: files first, then the deed; every ending is an {@link Outcome}. */
import { BackendError, verdictOf } from '../backends/backend-error';
import type { Backend, Operation, OperationAuthor, OperationProof, OutgoingFile } from '../backends/port';
import { targetOf, type Intent, type OutboxRow, type UploadedFile } from '../domain/intents';
import { misnamed } from '../domain/speaker';
import type { Step } from './outbox-ledger';
import type { FilePort } from './ports';

export type Outcome =
  | { type: 'done'; proof: OperationProof }
  /** The files of a reply went up, which may have taken long: its thread must be read again before it leaves. */
  | { type: 'uploaded' }
  /**
   * Perhaps done. `detail` is what is known of the failure; `because` what answered, if anything did.
   */
  | { type: 'unknown'; detail: string; retryAfterMs: number | null; because?: 'account' | 'later' }
  /** Surely not done; the link is to blame. */
  | { type: 'link-down'; detail: string }
  /** Surely not done; the account's credentials are to blame. */
  | { type: 'account'; detail: string }
  /** Surely not done; the server wants to be asked later. */
  | { type: 'later'; detail: string; retryAfterMs: number | null }
  /** Refused for good, in the server's words. */
  | { type: 'refused'; detail: string }
  /** A file is no longer what the agent added. */
  | { type: 'file-missing'; detail: string };

/** Upload ids by the files' places; `null` where a file is not yet at the backend. */
export type UploadIds = NonNullable<OutboxRow['uploadIds']>;

/** An upload that has this part of its life left may still end while its message is on its way. */
const LIFE_LEFT = 0.25;

/**
 * Uploads what the row's intent carries and is not yet there, then performs it. Never rejects.
 * @param now host clock in ms
 * @param onUploaded told after each file, so that no later try sends its bytes again; `since`: when the
 * first of them went up
 */
export async function attempt(
  row: OutboxRow,
  backend: Backend,
  files: FilePort,
  now: number,
  onUploaded: (uploadIds: UploadIds, since: number) => Promise<void>,
  signal: AbortSignal,
): Promise<Outcome> {
  const { intent } = row;
  const attached = filesOf(intent);
  const upload = backend.upload?.bind(backend);
  if (upload === undefined) return carry(row, backend, attached, files, signal);
  const uploadIds: string[] = [];
  const live = livingUploads(row, backend, now);
  let uploadedNow = false;
  for (const [index, file] of attached.entries()) {
    const known = live.ids[index];
    const result = known ?? (await uploadOne(file, `${intent.ref}.${index}`, backend, upload, files, signal));
    if (typeof result !== 'string') return result;
    uploadIds.push(result);
    if (result === known) continue;
    uploadedNow = true;
    await onUploaded(
      attached.map((_, place) => uploadIds[place] ?? null),
      live.since,
    );
  }
  if (uploadedNow && intent.action.kind === 'reply') return { type: 'uploaded' };
  return perform(row, backend, { uploadIds }, signal);
}

/** The uploads that the message may still name; too old ones are as if they were not there. */
function livingUploads(
  { uploadIds = [], uploadedAt }: OutboxRow,
  { descriptor: { uploadLifeMs } }: Backend,
  now: number,
): { ids: UploadIds; since: number } {
  if (uploadLifeMs === undefined) return { ids: uploadIds, since: uploadedAt ?? now };
  // What nobody timed, or was made in a future that the clock has not reached, may be of any age.
  const age = uploadedAt === undefined ? Infinity : now - uploadedAt;
  const lives = age >= 0 && age < uploadLifeMs * (1 - LIFE_LEFT);
  return lives && uploadIds.some((id) => id !== null)
    ? { ids: uploadIds, since: now - age }
    : { ids: [], since: now };
}

/** Performs it with its files inside, where the backend takes them so. */
async function carry(
  row: OutboxRow,
  backend: Backend,
  attached: readonly UploadedFile[],
  files: FilePort,
  signal: AbortSignal,
): Promise<Outcome> {
  const stored: StoredFile[] = [];
  for (const file of attached) {
    const refusal = tooLarge(file, backend);
    if (refusal !== null) return refusal;
    const opened = new StoredFile(file, files);
    if (!(await opened.open().catch(() => false))) return { type: 'file-missing', detail: file.name };
    stored.push(opened);
  }
  const outcome = await perform(row, backend, { uploadIds: [], files: stored }, signal);
  const damaged = stored.find((file) => file.damaged);
  // A request whose body broke off may still have been taken for whole.
  if (damaged === undefined || outcome.type === 'done') return outcome;
  return backend.descriptor.tier === 'T4' ? { type: 'file-missing', detail: damaged.name } : outcome;
}

async function perform(
  row: OutboxRow,
  backend: Backend,
  carried: Pick<Operation, 'uploadIds' | 'files'>,
  signal: AbortSignal,
): Promise<Outcome> {
  const { ref, action } = row.intent;
  const via = row.release?.via ?? null;
  const takesAuthors = backend.descriptor.supports.author === true;
  const wanted = authorOf(row.intent);
  const author = takesAuthors ? wanted : null;
  if (wanted !== null && !takesAuthors && (action.kind === 'reply' || action.kind === 'note')) {
    return { type: 'refused', detail: CANNOT_NAME };
  }
  try {
    const proof = await backend.perform(
      {
        ref,
        conversationId: targetOf(row),
        action,
        ...carried,
        ifVersion: null,
        ...(via === null ? {} : { via }),
        ...(author === null ? {} : { author }),
      },
      signal,
    );
    return { type: 'done', proof };
  } catch (error) {
    return doubted(outcomeOf(error), backend);
  }
}

/** It is not sent under another name instead. */
const CANNOT_NAME = 'This helpdesk cannot be told under whose name it is to leave.';

function authorOf({ speaker }: Intent): OperationAuthor | null {
  if (speaker?.by !== 'author' || speaker.id === null) return null;
  return { id: speaker.id, name: speaker.name, email: speaker.email };
}

/**
 * A gateway may say 401 or 429 although the helpdesk behind it did what was asked: where that can be
 * looked up, no such answer is believed without looking.
 */
function doubted(outcome: ReturnType<typeof outcomeOf>, { descriptor }: Backend): Outcome {
  if (descriptor.tier === 'T4' || (outcome.type !== 'account' && outcome.type !== 'later')) return outcome;
  const retryAfterMs = outcome.type === 'later' ? outcome.retryAfterMs : null;
  return { type: 'unknown', detail: outcome.detail, retryAfterMs, because: outcome.type };
}

/** Looks for what a server refused; `null`: surely not there, or this backend cannot tell. */
export async function proofInSpite(
  row: OutboxRow,
  backend: Backend,
  signal: AbortSignal,
): Promise<OperationProof | null | 'unknown'> {
  if (backend.descriptor.tier === 'T4') return null;
  try {
    return await backend.findByRef(targetOf(row), row.intent.ref, signal);
  } catch (error) {
    // What cannot be asked for either (the conversation is gone, the right is missing) is not there.
    return outcomeOf(error).type === 'refused' ? null : 'unknown';
  }
}

/** What a failed call means for the thing that was tried. A surprise counts as perhaps done. */
export function outcomeOf(error: unknown): Exclude<Outcome, { type: 'done' | 'uploaded' | 'file-missing' }> {
  if (!(error instanceof BackendError)) {
    return { type: 'unknown', detail: 'The answer could not be handled.', retryAfterMs: null };
  }
  const { message: detail, retryAfterMs } = error;
  const verdict = verdictOf(error.kind);
  switch (verdict) {
    case 'unknown':
    case 'later':
      return { type: verdict, detail, retryAfterMs };
    case 'link-down':
    case 'account':
      return { type: verdict, detail };
    case 'moved':
    case 'refused':
      return { type: 'refused', detail };
  }
}

/** What of a proof is written on the row. */
export function proved(
  { speaker }: Intent,
  { serverId, conversation, author }: OperationProof,
): Pick<Step, 'serverId' | 'effect' | 'leftAs'> {
  const leftAs = misnamed(speaker, author);
  const effect = conversation && { status: conversation.status, assigneeId: conversation.assigneeId };
  return { serverId, ...(effect === null ? {} : { effect }), ...(leftAs === null ? {} : { leftAs }) };
}

function filesOf(intent: Intent): readonly UploadedFile[] {
  return intent.action.kind === 'reply' || intent.action.kind === 'note' ? intent.action.files : [];
}

function tooLarge({ name, size }: UploadedFile, { descriptor }: Backend): Outcome | null {
  const limit = descriptor.supports.maxAttachmentBytes;
  if (size <= limit) return null;
  return { type: 'refused', detail: `"${name}" is larger than the ${limit} bytes the helpdesk takes.` };
}

async function uploadOne(
  file: UploadedFile,
  ref: string,
  backend: Backend,
  upload: NonNullable<Backend['upload']>,
  files: FilePort,
  signal: AbortSignal,
): Promise<string | Outcome> {
  const refusal = tooLarge(file, backend);
  if (refusal !== null) return refusal;
  const stored = new StoredFile(file, files);
  try {
    if (!(await stored.open())) return { type: 'file-missing', detail: file.name };
    return await upload(stored, ref, signal);
  } catch (error) {
    if (stored.damaged) return { type: 'file-missing', detail: file.name };
    const outcome = outcomeOf(error);
    // An upload may be repeated freely: the message it belongs to has surely not left.
    return outcome.type === 'unknown' ? { type: 'link-down', detail: outcome.detail } : outcome;
  }
}

/** A file of the host's store, watched while it is read. */
class StoredFile implements OutgoingFile {
  readonly hash: string;
  readonly name: string;
  readonly mediaType: string;
  readonly size: number;
  /** True once reading failed or brought another number of bytes than the agent added. */
  damaged = false;
  readonly #files: FilePort;
  #read: (() => AsyncIterable<Uint8Array>) | null = null;

  constructor(file: UploadedFile, files: FilePort) {
    this.hash = file.hash;
    this.name = file.name;
    this.mediaType = file.mediaType;
    this.size = file.size;
    this.#files = files;
  }

  async open(): Promise<boolean> {
    this.#read = await this.#files.open(this.hash);
    return this.#read !== null;
  }

  async *read(): AsyncIterable<Uint8Array> {
    let size = 0;
    try {
      if (this.#read === null) throw new Error('The file is not open.');
      for await (const chunk of this.#read()) {
        size += chunk.length;
        yield chunk;
      }
      if (size !== this.size) throw new Error('The stored file has another size.');
    } catch (error) {
      this.damaged = true;
      throw error;
    }
  }
}
