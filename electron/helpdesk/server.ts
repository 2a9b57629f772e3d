/** The helpdesk put together: store, mail out, HTTP. */
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { nodeFileSystem } from '@electron/files/node-file-system';
import type { LogRecovery } from '@shared/storage/record-log';
import { createApp } from './api/app';
import { Cursors } from './api/cursors';
import { Desk } from './desk/desk';
import { AGENTS } from './desk/agents';
import type { MailIdentity } from './mail/identity';
import { startMailOut } from './mail/mail-out';
import { Blobs } from './store/blobs';
import { beginLife, openDataFolder, openTokens, unusable } from './store/data-folder';
import { StartError } from './store/errors';
import { lockFolder } from './store/folder-lock';
import { Store } from './store/store';

const KEEP_ALIVE_MS = 75_000;
const CONTACTS_AT_ONCE = 1_000;
export const MAIL_DOMAIN = 'helpdesk.invalid';

export interface RunningHelpdesk {
  desk: Desk;
  mail: MailIdentity;
  token: string;
  recovery: LogRecovery;
  /** The HTTP application itself, for asking without a socket. */
  fetch: (request: Request) => Response | Promise<Response>;
  /** Resolves when every answer lies in the Maildir. */
  mailSent(): Promise<void>;
  /** Begins to answer; resolves with the address, which ends in a slash. @throws StartError */
  listen(port: number): Promise<string>;
  /** Finishes what is being written, then lets go of port and folder. */
  close(): Promise<void>;
}

/**
 * Opens the data folder.
 * @param authservId of the mail server whose checks of senders count; `null`: nobody's
 * @throws StartError when that cannot be done, with what to do about it
 */
export async function openHelpdesk(
  path: string,
  now: () => number,
  authservId: string | null = null,
): Promise<RunningHelpdesk> {
  const folder = await openDataFolder(nodeFileSystem, path);
  const unlock = await lockFolder(path);
  const blobs = new Blobs(folder.files);
  const store = await Store.open({ fs: nodeFileSystem, folder: folder.journal, now }).catch(
    (error: unknown) => {
      throw unusable(path, error);
    },
  );
  const lives = await beginLife(nodeFileSystem, folder, store.revision);
  await blobs.prepare();
  const desk = new Desk(store, blobs);
  if (store.state.agents.size === 0) {
    await store.commit({ v: 1, agents: AGENTS.map((agent) => ({ ...agent, rev: store.nextRevision() })) });
  }
  await tellUnproved(store);
  const tokens = await openTokens(nodeFileSystem, folder, { id: AGENTS[0].id, name: AGENTS[0].name });
  const mail: MailIdentity = { domain: MAIL_DOMAIN, secret: folder.identity.mailSecret, authservId };
  const me = desk.agent(tokens.agent.id);
  const app = createApp({
    desk,
    mail,
    cursors: new Cursors(lives, () => store.revision),
    me,
    token: tokens.agent.token,
    report,
  });
  const mailOut = await startMailOut(desk, folder.maildir);
  const server = createAdaptorServer({ fetch: app.fetch });
  // Longer than clients keep an idle connection, so that the client is the one who closes it.
  if ('keepAliveTimeout' in server) server.keepAliveTimeout = KEEP_ALIVE_MS;
  return {
    desk,
    mail,
    token: tokens.agent.token,
    recovery: store.recovery,
    fetch: (request) => app.fetch(request),
    mailSent: () => mailOut.idle(),
    listen: (port) =>
      new Promise((resolve, reject) => {
        server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(port, error)));
        server.listen(port, '127.0.0.1', () => {
          resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
        });
      }),
    close: async () => {
      server.close();
      if ('closeAllConnections' in server) server.closeAllConnections();
      await mailOut.stop();
      await store.close();
      await unlock();
    },
  };
}

/**
 * Contacts of before proofs were looked at were told to consoles as if every address was proved: they
 * come once more through the feed. On a full disk that waits for the next start.
 */
async function tellUnproved(store: Store): Promise<void> {
  const old = [...store.state.contacts.values()].filter((row) => row.verifiedEmails === undefined);
  for (let at = 0; at < old.length; at += CONTACTS_AT_ONCE) {
    const contacts = old
      .slice(at, at + CONTACTS_AT_ONCE)
      .map((row) => ({ ...row, verifiedEmails: [], rev: store.nextRevision() }));
    await store.commit({ v: 1, contacts }).catch(() => undefined);
  }
}

/** Names and places only: the text of an error may hold what a customer wrote. */
function report(error: Error): void {
  const places = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
  process.stderr.write(`${error.name}\n${places.join('\n')}\n`);
}

function cannotListen(port: number, error: NodeJS.ErrnoException): StartError {
  if (error.code === 'EADDRINUSE') {
    return new StartError(
      `Port ${port} on 127.0.0.1 is taken by another program. Choose another with --port, or --port 0 for any free one.`,
    );
  }
  if (error.code === 'EACCES') {
    return new StartError(`Port ${port} may not be used by you. Choose one above 1023 with --port.`);
  }
  return new StartError(`Port ${port} cannot be used (${error.message}). Choose another with --port.`);
}
