/**
 * Users of the Zendesk Support API and their identities, read into agents and contacts. Shapes: the
 * vendor's OpenAPI description (UserObject, UserIdentityObject).
 */
import { z } from 'zod';
import type { Agent, Change, Contact } from '../../domain/entities';
import { changeTo, goneChange } from '../changes';
import { isoTime, rowId } from '../field-schemas';
import { rowsAt } from '../pagination';
import { understand } from '../response';
import type { Asker } from '../rest-definition';
import { given } from '../row-text';

const userRow = z.object({
  id: rowId,
  name: z.string(),
  email: z.string().nullish(),
  phone: z.string().nullish(),
  role: z.enum(['end-user', 'agent', 'admin']),
  active: z.boolean().nullish(),
  /** "Any of the user's identities is verified": which one, only the identities tell. */
  verified: z.boolean().nullish(),
  created_at: isoTime,
  updated_at: isoTime,
});
export type User = z.infer<typeof userRow>;
/** By id. */
export type Users = ReadonlyMap<string, User>;

/** Those that can be read; the others are set aside when they come as rows. */
export function usersOf(raws: readonly unknown[]): Map<string, User> {
  const read = raws.flatMap((raw) => userRow.safeParse(raw).data ?? []);
  return new Map(read.map((user) => [user.id, user]));
}

const self = z.object({
  user: z.object({
    id: rowId.nullable(),
    name: z.string(),
    email: z.string().nullish(),
    role: z.string(),
  }),
});
export const readSelf = (body: unknown): z.infer<typeof self>['user'] => self.parse(body).user;

function readAgent({ id, name, email }: User, accountId: string): Agent {
  return { accountId, id, name, email: email ?? null };
}

const identityRow = z.object({
  type: z.string(),
  value: z.string(),
  verification_method: z.string().nullish(),
});

/**
 * How an identity came to be verified so that it is the customer's own: they followed the link in a
 * mail (`full`), or signed in where the company knows them (`sso`). `low` is an agent's click.
 */
const PROVED = new Set(['full', 'sso']);

/** Identities that are handles in a network. */
const NETWORKS = new Set(['twitter', 'facebook']);

/** An agent or a contact; one who was removed is gone. */
export function readUser(raw: unknown, identities: readonly unknown[], accountId: string): Change {
  const user = userRow.parse(raw);
  const { id } = user;
  const gone = user.active === false;
  if (user.role !== 'end-user') {
    return gone ? goneChange('agent', id) : changeTo('agent', readAgent(user, accountId));
  }
  if (gone) return goneChange('contact', id);
  // One that cannot be read vouches for nothing, and the customer stays readable.
  const known = identities.flatMap((one) => identityRow.safeParse(one).data ?? []);
  const valuesOf = (rows: typeof known, type: string): string[] =>
    rows.filter((row) => row.type === type).map(({ value }) => value);
  const proved = known.filter(({ verification_method }) => PROVED.has(verification_method ?? ''));
  const contact: Contact = {
    accountId,
    id,
    name: user.name,
    emails: [...new Set([...given(user.email), ...valuesOf(known, 'email')])],
    verifiedEmails: valuesOf(proved, 'email'),
    phones: [...new Set([...given(user.phone), ...valuesOf(known, 'phone_number')])],
    handles: known.filter(({ type }) => NETWORKS.has(type)).map(({ type, value }) => `${type}:${value}`),
    createdAt: user.created_at,
    updatedAt: user.updated_at,
  };
  return changeTo('contact', contact);
}

/** Identities change seldom, and customers write more than once. */
const IDENTITIES_FOR_MS = 3_600_000;

/**
 * "List Identities" of a customer with a verified one; `[]` for everybody else, and where we may not
 * look (the API refuses OAuth tokens that are scoped to users): then nothing is vouched for.
 */
export async function identitiesOf(ask: Asker, raw: unknown): Promise<readonly unknown[]> {
  const user = userRow.safeParse(raw).data;
  if (user?.role !== 'end-user' || user.verified !== true || user.active === false) return [];
  const path = `/users/${encodeURIComponent(user.id)}/identities`;
  return ask.remembered(`identities ${user.id}`, IDENTITIES_FOR_MS, async () => {
    const { status, body } = await ask.json({ method: 'GET', path, passes: [403, 404] });
    return status === 200 ? understand(() => rowsAt(body, 'identities')) : [];
  });
}
