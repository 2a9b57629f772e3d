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
  const waiting = store.state.mailReplies.filter((id) => !store.state.mailed.has(id));
  let stopped = false;
  let running: Promise<void> | null = null;
  let retry: NodeJS.Timeout | undefined;

  const drain = async (): Promise<void> => {
    while (!stopped && waiting.length > 0) {
      const message = store.state.messages.get(waiting[0]!);
      if (message) await send(desk, maildir, message);
      waiting.shift();
    }
  };
  const wake = (): void => {
    if (stopped || running) return;
    running = drain()
      .catch(() => {
        // A full disk: the reply stays in the store and is tried again.
        retry = setTimeout(wake, RETRY_MS);
      })
      .finally(() => {
        running = null;
      });
  };
  const unsubscribe = store.onRecord((_revision, { messages }) => {
    const leaving = (messages ?? []).filter(
      ({ id, outgoing }) => outgoing === 'mail' && !store.state.mailed.has(id),
    );
    for (const { id } of leaving) if (!waiting.includes(id)) waiting.push(id);
    if (waiting.length > 0) wake();
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

async function send(desk: Desk, maildir: Maildir, message: StoredMessage): Promise<void> {
  const name = `${Math.floor(message.createdAt / 1000)}.${message.id}.holdfast`;
  if (!(await maildir.has(name))) await maildir.deliver(name, await composeMail(desk, message));
  await desk.store.commit({ v: 1, mailed: [message.id] });
}
