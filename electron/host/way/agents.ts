/** Node's agents, with connections that are opened along an account's way. */
import { Agent as HttpAgent, type ClientRequestArgs } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { dial } from './dial';
import type { Way } from './way';

/** What a request tells the agent beside Node's own options. */
export interface DialedRequest {
  /** Calls off a connection that is being opened for it. */
  callOff?: AbortSignal;
}

export interface WayAgents {
  readonly way: Way;
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
  /** For sockets that stay: a proxy is asked for a tunnel also where nothing is secret (RFC 6455 §4.1). */
  readonly tunnel: HttpAgent;
  /** Ends idle connections: after silence any of them may be half-open and swallow the next request. */
  dropIdle(): void;
  /** Requests in flight go on to their end; no connection is used twice from now on. */
  retire(): void;
  /** Ends all connections. */
  destroy(): void;
}

export function createAgents(way: Way, connectMs: number): WayAgents {
  const dialling = (agent: HttpAgent, secure: boolean, tunnels: boolean): void => {
    agent.createConnection = (options: ClientRequestArgs & DialedRequest, callback) => {
      const { host, port, callOff = new AbortController().signal } = options;
      const target = { host: host ?? 'localhost', port: Number(port), secure };
      dial(target, { way, connectMs, tunnels, signal: callOff }).then(
        (socket) => callback?.(null, socket),
        // Node reads the second argument only when there is no error.
        (error: Error) => callback?.(error, undefined as never),
      );
      return undefined;
    };
  };
  const http = new HttpAgent({ keepAlive: true });
  const https = new HttpsAgent({ keepAlive: true });
  const tunnel = new HttpAgent();
  dialling(http, false, false);
  dialling(https, true, true);
  dialling(tunnel, false, true);
  const all = [http, https, tunnel];

  function dropIdle(): void {
    for (const agent of all) {
      for (const socket of Object.values(agent.freeSockets).flat()) socket?.destroy();
    }
  }
  return {
    way,
    http,
    https,
    tunnel,
    dropIdle,
    retire() {
      for (const agent of all) agent.maxFreeSockets = 0;
      dropIdle();
    },
    destroy() {
      for (const agent of all) agent.destroy();
    },
  };
}
