/** A WebSocket (RFC 6455) to a backend that tells of news in its own time; only texts go over it. */

export interface SocketRequest {
  /** `ws:` or `wss:`. */
  url: string;
  protocols: readonly string[];
  headers: Readonly<Record<string, string>>;
  signal: AbortSignal;
}

export interface TextSocket {
  send(text: string): void;
  /** What comes, until the socket ends; to be read once. Ends it when its reader stops. */
  texts(): AsyncIterable<string>;
}

/**
 * Resolves once the socket stands. Rejects with a `BackendError` of kind `dns`, `refused`, `tls`,
 * `proxy`, `no-answer` or by the status of a refusal. The socket ends with the signal.
 */
export type SocketDialer = (request: SocketRequest) => Promise<TextSocket>;
