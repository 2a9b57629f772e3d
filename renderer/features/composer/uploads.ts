/**
 * Files on their way to the host, by conversation. They go on while another conversation is open;
 * what has arrived waits here until its composer takes it into the draft.
 */
import { create } from 'zustand';
import type { ConversationKey } from '@shared/domain/entities';
import type { UploadedFile } from '@shared/domain/intents';
import { uploadFile } from '@renderer/data/files';

export interface Upload {
  id: string;
  name: string;
  /** Bytes. */
  size: number;
  state: 'storing' | 'stored' | 'failed';
  /** 0 to 1. */
  share: number;
  /** Once stored. */
  file: UploadedFile | null;
  /** A key of `composer:file.failure`. */
  failure: 'too-large' | 'disk-full' | 'unreachable' | 'unreadable' | null;
}

interface Uploads {
  byConversation: Readonly<Record<ConversationKey, readonly Upload[]>>;
  change: (key: ConversationKey, id: string, patch: Partial<Upload>) => void;
  add: (key: ConversationKey, upload: Upload) => void;
  drop: (key: ConversationKey, id: string) => void;
}

export const useUploads = create<Uploads>()((set) => {
  const edit = (key: ConversationKey, make: (list: readonly Upload[]) => readonly Upload[]) =>
    set(({ byConversation }) => ({
      byConversation: { ...byConversation, [key]: make(byConversation[key] ?? []) },
    }));
  return {
    byConversation: {},
    change: (key, id, patch) =>
      edit(key, (list) => list.map((one) => (one.id === id ? { ...one, ...patch } : one))),
    add: (key, upload) => edit(key, (list) => [...list, upload]),
    drop: (key, id) => edit(key, (list) => list.filter((one) => one.id !== id)),
  };
});

const running = new Map<string, { controller: AbortController; file: File }>();

function failureOf(error: unknown): NonNullable<Upload['failure']> {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
  if (code === 'too-large' || code === 'disk-full') return code;
  return error instanceof DOMException && error.name === 'NotReadableError' ? 'unreadable' : 'unreachable';
}

function start(key: ConversationKey, id: string, file: File): void {
  const controller = new AbortController();
  running.set(id, { controller, file });
  const { change } = useUploads.getState();
  change(key, id, { state: 'storing', failure: null });
  uploadFile(file, (share) => change(key, id, { share }), controller.signal).then(
    (stored) => {
      running.delete(id);
      // The host names a file by its content; the agent sees the name it was added under.
      change(key, id, { state: 'stored', share: 1, file: { ...stored, name: stored.name || file.name } });
    },
    (error: unknown) => {
      if (!controller.signal.aborted) change(key, id, { state: 'failed', failure: failureOf(error) });
    },
  );
}

/** A pasted picture has no name of its own worth keeping. */
function nameOf(file: File, now: Date): string {
  if (file.name !== '' && file.name !== 'image.png') return file.name;
  const stamp = now.toISOString().slice(0, 19).replaceAll(':', '-').replace('T', ' ');
  return `${stamp}.${file.type.split('/')[1] ?? 'png'}`;
}

/**
 * Begins to store files for a conversation.
 * @param mostBytes what this helpdesk takes; larger files are not begun
 */
export function addFiles(key: ConversationKey, files: readonly File[], mostBytes: number): void {
  const { add, change } = useUploads.getState();
  for (const given of files) {
    const file = new File([given], nameOf(given, new Date()), { type: given.type });
    const id = crypto.randomUUID();
    add(key, {
      id,
      name: file.name,
      size: file.size,
      state: 'storing',
      share: 0,
      file: null,
      failure: null,
    });
    if (file.size > mostBytes) change(key, id, { state: 'failed', failure: 'too-large' });
    else start(key, id, file);
  }
}

/** Tries a failed file again. */
export function retryUpload(key: ConversationKey, id: string): void {
  const known = running.get(id);
  if (known !== undefined) start(key, id, known.file);
}

/** Takes a file away, wherever it stands. */
export function removeUpload(key: ConversationKey, id: string): void {
  running.get(id)?.controller.abort(new DOMException('taken away', 'AbortError'));
  running.delete(id);
  useUploads.getState().drop(key, id);
}
