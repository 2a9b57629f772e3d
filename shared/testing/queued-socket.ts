/** One open socket as a simulated server has it: what the server tells waits until it is read. */
import type { SocketRequest, TextSocket } from '../backends/socket';

export abstract class QueuedSocket implements TextSocket {
  readonly #waiting: string[] = [];
  #ended = false;
  #wake: () => void = () => undefined;

  constructor({ signal }: Pick<SocketRequest, 'signal'>) {
    signal.addEventListener('abort', () => this.end(), { once: true });
  }

  abstract send(text: string): void;

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

  protected tell(frame: unknown): void {
    this.#waiting.push(JSON.stringify(frame));
    this.#wake();
  }
}
