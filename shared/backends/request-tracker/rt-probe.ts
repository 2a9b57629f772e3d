/** A ticket for checks, made as the web form of an agent makes one for a customer ("POST /ticket", RT::REST2). */
import { z } from 'zod';
import { BackendError } from '../backend-error';
import { exchange } from '../declare';
import { rowId } from '../field-schemas';
import type { Asker, RestDefinition } from '../rest-definition';

const id = encodeURIComponent;
const queues = z.object({ items: z.array(z.object({ id: rowId })) });
const made = z.object({ id: rowId });

export const probe: NonNullable<RestDefinition['probe']> = {
  async create(ask, text) {
    return exchange(ask, {
      method: 'POST',
      path: '/ticket',
      json: {
        Queue: await aQueue(ask),
        Subject: 'Check of the backend',
        Requestor: 'check@customer.invalid',
        Content: text,
        ContentType: 'text/plain',
      },
      read: (body) => made.parse(body).id,
    });
  },
  async remove(ask, ticket) {
    // 200 whether it is done or not: only the status afterwards tells.
    await ask.json({ method: 'PUT', path: `/ticket/${id(ticket)}`, json: { Status: 'deleted' } });
    const { body } = await ask.json({ method: 'GET', path: `/ticket/${id(ticket)}` });
    const { Status } = z.object({ Status: z.string() }).parse(body);
    if (Status !== 'deleted') throw new BackendError('forbidden', `The ticket ${ticket} cannot be deleted.`);
  },
};

/** Any queue that this agent sees. */
async function aQueue(ask: Asker): Promise<string> {
  const { items } = await exchange(ask, {
    method: 'GET',
    path: '/queues/all',
    read: (body) => queues.parse(body),
  });
  const [queue] = items;
  if (queue === undefined)
    throw new BackendError('forbidden', 'There is no queue that these credentials see.');
  return queue.id;
}
