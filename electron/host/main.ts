/**
 * The host as a process of its own, forked by the desktop shell (utility process) or by a Node
 * parent: `host.js --data DIR --socket PATH`. It ends when told to, when its parent is gone, or on
 * SIGTERM.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parentKeychain } from './accounts/parent-keychain';
import { createParentHelpdesk } from './parent-helpdesk';
import { parentPort } from './parent-port';
import { startHost, type RunningHost } from './start-host';
import { threadsEnd } from './threads';

const THREAD_PATIENCE_MS = 1_000;

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    socket: { type: 'string' },
  },
});
const port = parentPort();

async function main(): Promise<number> {
  const { data, socket } = values;
  if (data === undefined || socket === undefined || port === null) {
    process.stderr.write('The host is started by the desktop app, not by hand. Use `npm start`.\n');
    return 2;
  }
  let host: RunningHost | null = null;
  let asked = false;
  const leave = (): void => {
    asked = true;
    void host?.close().catch((error: unknown) => {
      process.stderr.write(`Not everything could be written on closing: ${(error as Error).message}\n`);
    });
  };
  port.onMessage((message) => {
    if (message.type === 'close') leave();
  });
  port.onGone(leave);
  process.on('SIGTERM', leave);
  // Ctrl-C reaches the whole group: the parent decides.
  process.on('SIGINT', () => undefined);
  try {
    host = await startHost({
      dataDir: data,
      listen: { kind: 'socket', path: socket },
      pageFolder: join(dirname(fileURLToPath(import.meta.url)), '..', 'renderer'),
      build: __BUILD_ID__,
      helpdesk: createParentHelpdesk(port),
      keychain: await parentKeychain(port),
      takeOver: true,
      log: (sentence) => process.stderr.write(`${sentence}\n`),
    });
  } catch (error) {
    port.send({ type: 'failed', message: (error as Error).message });
    return 1;
  }
  port.send({ type: 'ready', token: host.token });
  if (asked) leave();
  await host.closed;
  return 0;
}

const code = await main();
// Nothing is left to write: a thread in a dead folder would hold up an ordinary exit for good.
if (!(await threadsEnd(THREAD_PATIENCE_MS))) process.kill(process.pid, 'SIGKILL');
process.exit(code);
