/**
 * Sends replies out as mail, one after the other. What is still to be sent is read from the
 * store, so a crash at any point leads to the same mails, each once.
 */
import type { Desk } from '../desk/desk';
import type { StoredMessage } from '../store/model';
import { composeMail } from './compose-mail';
import { Maildir } from './maildir';

const RETRY_MS = 5_000;

export interface MailOut {
  /** Finishes the mail in hand, then ends. */
  stop(): Promise<void>;
  /** Resolves when nothing is left to send. */
  idle(): Promise<void>;
}

/** Prepares the Maildir, sends what an earlier run left, and goes on with every new reply. */
export async function startMailOut(desk: Desk, folder: string): Promise<MailOut> {
  const maildir = new Maildir(folder);
  await maildir.prepare();
  const { store } = desk;
  const waiting = new Set(store.state.mailReplies.filter((id) => !store.state.mailed.has(id)));
  // Only these may lie in the Maildir already, without the journal knowing.
  const perhapsWritten = new Set(waiting);
  const failed = new Set<string>();
  let stopped = false;
  let running: Promise<void> | null = null;
  let retry: NodeJS.Timeout | undefined;

  const drain = async (): Promise<void> => {
    for (const id of waiting) {
      if (stopped) return;
      if (failed.has(id)) continue;
      const message = store.state.messages.get(id);
      try {
        if (message) await send(desk, maildir, message, perhapsWritten.has(id));
        waiting.delete(id);
      } catch {
        // A full disk or a missing file: the reply stays in the store, the others go on.
        perhapsWritten.add(id);
        failed.add(id);
        retry ??= setTimeout(tryAgain, RETRY_MS);
      }
    }
  };
  const tryAgain = (): void => {
    retry = undefined;
    failed.clear();
    wake();
  };
  const wake = (): void => {
    if (stopped || running || waiting.size === failed.size) return;
    running = drain().finally(() => {
      running = null;
      wake();
    });
  };
  const unsubscribe = store.onRecord((_revision, { messages }) => {
    for (const { id, outgoing } of messages ?? []) {
      if (outgoing === 'mail' && !store.state.mailed.has(id)) waiting.add(id);
    }
    wake();
  });
  wake();
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(retry);
      unsubscribe();
      await running;
    },
    idle: async () => {
      while (running) await running;
    },
  };
}

async function send(
  desk: Desk,
  maildir: Maildir,
  message: StoredMessage,
  mayLieThere: boolean,
): Promise<void> {
  const name = `${Math.floor(message.createdAt / 1000)}.${message.id}.holdfast`;
  if (!mayLieThere || !(await maildir.has(name)))
    await maildir.deliver(name, await composeMail(desk, message));
  await desk.store.commit({ v: 1, mailed: [message.id] });
}
