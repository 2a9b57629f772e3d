/** Binding the two loopback ports whose numbers are part of the origins that own the page's cache. */
import type { Server } from 'node:http';
import type { Ports } from './listen';

const LOOPBACK = '127.0.0.1';
const KEPT_PORT_PATIENCE_MS = 10_000;
const RETRY_MS = 250;
/** Below the range from which systems take ports for outgoing connections. */
const FIRST_CHOICE = 20_000;
const CHOICES = 12_000;
const CHOICE_ATTEMPTS = 20;

/** Ports below may be used by the system's administrator only. */
const FIRST_FREE_FOR_ALL = 1_024;

/** The asked-for port belongs to another program or to the system. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError';
  constructor(readonly port: number) {
    const why =
      port < FIRST_FREE_FOR_ALL ? 'is taken, or kept for the system' : 'is taken by another program';
    super(`Port ${port} ${why}. Choose another with --port N, or --port 0 for any.`);
  }
}

export interface PortTiming {
  now(): number;
  sleep(ms: number): Promise<void>;
  /** Gives up waiting for a port once aborted, with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/**
 * Binds both servers.
 *
 * `asked` null: the kept ports, waiting 10 s for them, then new ones · 0: the kept ports if free at
 * once, else new ones · N: exactly N for the page.
 * @throws PortTakenError
 */
export async function bindPorts(
  servers: { page: Server; mail: Server },
  asked: number | null,
  kept: Ports | null,
  say: (sentence: string) => void,
  timing: PortTiming,
): Promise<Ports> {
  if (asked !== null && asked !== 0) {
    if (!(await bind(servers.page, asked))) throw new PortTakenError(asked);
    return { page: asked, mail: await bindKeptOrNew(servers.mail, kept?.mail ?? null, 0, timing) };
  }
  const patience = asked === null ? KEPT_PORT_PATIENCE_MS : 0;
  const page = await bindKeptOrNew(servers.page, kept?.page ?? null, patience, timing);
  const mail = await bindKeptOrNew(servers.mail, kept?.mail ?? null, patience, timing);
  if (kept !== null && page !== kept.page) {
    say(
      `Port ${kept.page} is taken by another program, so Holdfast moved to ${page}. ` +
        'The screen rebuilds its cache; nothing is lost.',
    );
  }
  return { page, mail };
}

async function bindKeptOrNew(
  server: Server,
  kept: number | null,
  patienceMs: number,
  timing: PortTiming,
): Promise<number> {
  if (kept !== null) {
    const until = timing.now() + patienceMs;
    for (;;) {
      if (await bind(server, kept)) return kept;
      timing.signal?.throwIfAborted();
      if (timing.now() >= until) break;
      await timing.sleep(RETRY_MS);
    }
  }
  for (let attempt = 0; attempt < CHOICE_ATTEMPTS; attempt += 1) {
    const port = FIRST_CHOICE + Math.floor(Math.random() * CHOICES);
    if (await bind(server, port)) return port;
  }
  throw new Error('No free port was found on 127.0.0.1.');
}

/** Whether the server now listens; false when the port is taken or not for this user. */
function bind(server: Server, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      server.off('listening', onListening);
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else reject(error);
    };
    const onListening = (): void => {
      server.off('error', onError);
      resolve(true);
    };
    server.once('error', onError);
    server.once('listening', onListening);
    server.listen({ host: LOOPBACK, port, exclusive: true });
  });
}
