/** The simulated server's event channel: ActionCable with the room of one agent. */
import { BackendError } from '../../../backends/backend-error';
import type { SocketRequest, TextSocket } from '../../../backends/socket';
import type { ChatwootDesk } from './chatwoot-desk';

/** One open socket, as the server has it. */
export class CableSocket implements TextSocket {
  readonly #desk: ChatwootDesk;
  readonly #waiting: string[] = [];
  #identifier: string | null = null;
  #ended = false;
  #wake: () => void = () => undefined;

  constructor(desk: ChatwootDesk, { signal }: SocketRequest) {
    this.#desk = desk;
    signal.addEventListener('abort', () => this.end(), { once: true });
    this.#tell({ type: 'welcome' });
  }

  /** `subscribe`, and what proves the right to the room. */
  send(text: string): void {
    const { command, identifier } = JSON.parse(text) as { command: string; identifier: string };
    if (command !== 'subscribe') return;
    const room = JSON.parse(identifier) as Record<string, unknown>;
    const known =
      room['channel'] === 'RoomChannel' &&
      room['account_id'] === this.#desk.account.id &&
      this.#desk.agents.some(({ id }) => id === room['user_id'] && room['pubsub_token'] === `pubsub-${id}`);
    this.#identifier = known ? identifier : null;
    this.#tell({ identifier, type: known ? 'confirm_subscription' : 'reject_subscription' });
  }

  announce(event: string): void {
    if (this.#identifier === null) return;
    this.#tell({ identifier: this.#identifier, message: { event, data: {} } });
  }

  ping(): void {
    this.#tell({ type: 'ping', message: 0 });
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async *texts(): AsyncIterable<string> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next !== undefined) yield next;
      else if (this.#ended) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #tell(frame: unknown): void {
    this.#waiting.push(JSON.stringify(frame));
    this.#wake();
  }
}

/** Only from the server's own origin, and only with a protocol it speaks. */
export function acceptSocket(desk: ChatwootDesk, request: SocketRequest, origin: string): CableSocket {
  const url = new URL(request.url);
  const wanted =
    url.pathname === '/cable' &&
    request.protocols.includes('actioncable-v1-json') &&
    request.headers['origin'] === origin;
  if (!wanted) throw new BackendError('refused', 'The server refused the socket (HTTP 404).');
  return new CableSocket(desk, request);
}
