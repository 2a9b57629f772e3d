/** A ticket for checks, as a customer of the portal begins one ("Create a Ticket"). */
import { z } from 'zod';
import { BackendError } from '../backend-error';
import { rowId } from '../field-schemas';
import { htmlOf } from '../html-text';
import { understand } from '../response';
import type { RestDefinition } from '../rest-definition';
import { ofTicket } from './freshdesk-requests';
import { STATUS_NUMBERS } from './freshdesk-rows';

const made = z.object({ id: rowId });
const FROM_PORTAL = 2;
const LOW = 1;

export const probe: NonNullable<RestDefinition['probe']> = {
  async create(ask, text) {
    const { body } = await ask.json({
      method: 'POST',
      path: '/tickets',
      json: {
        name: 'Sample Customer',
        email: 'check@customer.invalid',
        subject: 'Check of the backend',
        description: htmlOf(text),
        status: STATUS_NUMBERS.open,
        priority: LOW,
        source: FROM_PORTAL,
      },
    });
    return understand(() => made.parse(body).id);
  },
  async remove(ask, ticketId) {
    try {
      await ask.json({ method: 'DELETE', path: ofTicket(ticketId) });
    } catch (error) {
      if (!(error instanceof BackendError) || error.kind !== 'forbidden') throw error;
      // Not every role may delete.
      await ask.json({ method: 'PUT', path: ofTicket(ticketId), json: { status: STATUS_NUMBERS.closed } });
    }
  },
};
