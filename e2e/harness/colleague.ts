/** A colleague who works in the helpdesk itself while the agent sits at the console. */
import { randomUUID } from 'node:crypto';
import type { RunningHelpdesk } from './processes';

export class Colleague {
  constructor(private readonly desk: RunningHelpdesk) {}

  async remove(id: string): Promise<void> {
    await this.#send('DELETE', `conversations/${id}`, null);
  }

  async merge(id: string, into: string): Promise<void> {
    await this.#send('POST', `conversations/${id}/merge`, { into });
  }

  async change(id: string, patch: Record<string, unknown>): Promise<void> {
    await this.#send('PATCH', `conversations/${id}`, patch);
  }

  async note(id: string, text: string): Promise<void> {
    await this.#send('POST', `conversations/${id}/messages`, { kind: 'note', text });
  }

  async #send(method: string, path: string, body: Record<string, unknown> | null): Promise<void> {
    const response = await fetch(`${this.desk.url}api/v1/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.desk.token}`,
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
      },
      body: body === null ? null : JSON.stringify(body),
    });
    if (!response.ok)
      throw new Error(`${method} ${path} was answered ${response.status}: ${await response.text()}`);
  }
}
