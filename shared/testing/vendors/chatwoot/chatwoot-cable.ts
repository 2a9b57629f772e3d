/** The simulated server's event channel: ActionCable with the room of one agent. */
import { BackendError } from '../../../backends/backend-error';
import type { SocketRequest } from '../../../backends/socket';
import { QueuedSocket } from '../../queued-socket';
import type { ChatwootDesk } from './chatwoot-desk';

/** One open socket, as the server has it. */
export class CableSocket extends QueuedSocket {
  readonly #desk: ChatwootDesk;
  #identifier: string | null = null;

  constructor(desk: ChatwootDesk, request: SocketRequest) {
    super(request);
    this.#desk = desk;
    this.tell({ type: 'welcome' });
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
    this.tell({ identifier, type: known ? 'confirm_subscription' : 'reject_subscription' });
  }

  announce(event: string): void {
    if (this.#identifier === null) return;
    this.tell({ identifier: this.#identifier, message: { event, data: {} } });
  }

  ping(): void {
    this.tell({ type: 'ping', message: 0 });
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
