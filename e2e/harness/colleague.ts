/** A colleague who works in the helpdesk itself while the agent sits at the console. */
import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lab } from './lab';
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

  async reply(id: string, text: string): Promise<void> {
    await this.#send('POST', `conversations/${id}/messages`, { kind: 'reply', text });
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

/** A second agent of every new helpdesk. */
export const BORIS = { id: 'a2', name: 'Sample Agent Boris' };

/**
 * Lets another agent work at the helpdesk while the console is cut off from it: the helpdesk knows
 * one agent at a time, so it is started again as that one, and then as before.
 */
export async function whileBorisWorks(
  lab: Lab,
  desk: RunningHelpdesk,
  work: (boris: Colleague) => Promise<void>,
): Promise<void> {
  const file = join(desk.dataDir, 'tokens.json');
  const before = await readFile(file, 'utf8');
  const { agent } = JSON.parse(before) as { agent: { token: string } };
  const again = async (tokens: string) => {
    await writeFile(file, tokens, { mode: 0o600 });
    return (await lab.helpdesk({ dataDir: desk.dataDir, port: desk.port })).desk;
  };
  await desk.stop();
  const asBoris = await again(JSON.stringify({ agent: { ...BORIS, token: agent.token } }));
  await work(new Colleague(asBoris));
  await asBoris.stop();
  await again(before);
}
