/**
 * The host's ears: loopback TCP (two ports: page and mail, so two origins) in browser mode, a Unix
 * socket or named pipe on the desktop, where the Host header says `console` or `mail`.
 *
 * Every request passes the guard first, then goes to
 *   page origin: /door/* and /blob/* → the door; /control/* and /open → here; the rest → the page's files
 *   mail origin: /mail-frame → the static frame; /blob/* → the door (images inside a mail)
 */
import type { Endpoint } from '../lock';

export type FetchHandler = (request: Request) => Promise<Response>;

export type ListenWhere =
  /** `null`: the ports kept for this folder; 0: those if free at once, else any; N: exactly N. */
  { kind: 'tcp'; port: number | null } | { kind: 'socket'; path: string };

export interface Ports {
  page: number;
  mail: number;
}

export interface ListenOptions {
  /** The door: answers /door/* (checks the token header itself) and /blob/* (by signature). */
  handler: FetchHandler;
  where: ListenWhere;
  /** The ports this data folder used last (from install.json); `null` the first time. */
  keptPorts: Ports | null;
  /** Folder of the built page (out/renderer). */
  pageFolder: string;
  /** This launch's token; guards /control/*. */
  token: string;
  build: string;
  /** A newer build or the desktop app asked this host to drain and exit. */
  onExitRequested(): void;
  /** One English sentence for the person at the terminal, e.g. that the port had to change. */
  say(sentence: string): void;
}

export interface Listening {
  /** Origin of the page, no trailing slash: `http://127.0.0.1:PORT` or `holdfast://console`. */
  origin: string;
  /** Origin of the mail frame (served at `/mail-frame`). */
  mailOrigin: string;
  /** For `DataLock.announce`. */
  endpoint: Endpoint;
  /** To keep in install.json; `null` on a socket. */
  ports: Ports | null;
  /** Stops accepting, ends open streams, resolves when every connection is closed. */
  close(): Promise<void>;
}

/** The asked-for port belongs to another program. */
export class PortTakenError extends Error {
  override readonly name = 'PortTakenError';
  constructor(readonly port: number) {
    super(`Port ${port} is taken by another program. Choose another with --port N, or --port 0 for any.`);
  }
}

/** Listens and guards. @throws PortTakenError when `where.port` names a port that is taken. */
export async function listen(_options: ListenOptions): Promise<Listening> {
  throw new Error('not built yet');
}
