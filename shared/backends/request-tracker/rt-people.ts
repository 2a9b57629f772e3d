/**
 * Who works here. RT calls its staff "privileged". Only those who may administer groups can list them,
 * so staff is found one by one: each user tells it of themselves, and whoever a mail made is called
 * by their address (RT::User::LoadOrCreateByEmail), which narrows the search.
 */
import { z } from 'zod';
import { BackendError } from '../backend-error';
import type { Agent } from '../../domain/entities';
import { understand } from '../response';
import type { Asker, FeedDefinition } from '../rest-definition';
import { isOfOneThread } from '../threads-apart';
import { agentChange, agentOf, NOBODY } from './rt-rows';
import { idOf, jsonQuery, searchAll } from './rt-search';

const STAFF_KNOWN_FOR_MS = 6 * 3_600_000;
/** Agents come and go seldom; each reading asks once for each of them. */
const AGENTS_EVERY_MS = 3_600_000;
/** Beyond it a team is too large to be asked for one by one. */
const MOST_PAGES = 5;
/** Users that RT makes for itself. */
const NOT_PEOPLE = new Set([NOBODY, 'RT_System']);

const userRow = z.object({
  Name: z.string().min(1),
  RealName: z.string().nullish(),
  EmailAddress: z.string().nullish(),
  Privileged: z.union([z.number(), z.string()]).transform(Number),
  Disabled: z.union([z.number(), z.string(), z.null()]).optional().transform(Number),
});
type User = z.infer<typeof userRow>;

async function userCalled(ask: Asker, login: string): Promise<User | null> {
  try {
    const { body } = await ask.json({ method: 'GET', path: `/user/${encodeURIComponent(login)}` });
    return understand(() => userRow.parse(body));
  } catch (error) {
    if (error instanceof BackendError && (error.kind === 'not-found' || error.kind === 'forbidden'))
      return null;
    throw error;
  }
}

/** Whether a login belongs to the staff. */
export function isStaff(ask: Asker, login: string): Promise<boolean> {
  if (NOT_PEOPLE.has(login)) return Promise.resolve(false);
  return ask.remembered(`staff ${login}`, STAFF_KNOWN_FOR_MS, async () => {
    const user = await userCalled(ask, login);
    return user !== null && user.Privileged === 1;
  });
}

/** The same in a list of many, where one who cannot be read is left out until the next reading. */
async function isSurelyStaff(ask: Asker, login: string): Promise<boolean> {
  try {
    return await isStaff(ask, login);
  } catch (error) {
    if (isOfOneThread(error) && error.kind !== 'no-answer') return false;
    throw error;
  }
}

/** A token of RT names its user: `1-<user id>-<secret>` (RT::AuthToken). */
const TOKEN = /^\d+-(\d+)-/;

/** Who the token belongs to. */
export async function whoAmI(ask: Asker): Promise<Agent> {
  const id = TOKEN.exec(ask.settings.token.trim())?.[1];
  // Also without a usable id the server says the last word on the token.
  if (id === undefined) await ask.json({ method: 'GET', path: '/rt' });
  if (id === undefined) throw new BackendError('unauthorized', 'This is not a token of Request Tracker.');
  const { body } = await ask.json({ method: 'GET', path: `/user/${id}` });
  const { Name, RealName, EmailAddress } = understand(() => userRow.parse(body));
  return agentOf({ id: Name, Name, RealName, EmailAddress }, ask.accountId);
}

/** The staff whose logins are no mail addresses; the one who is signed in is among them in any case. */
export const agentsFeed: FeedDefinition = {
  async pull(ask, cursor) {
    const age = ask.clock.now() - Number(cursor ?? Number.NaN);
    // A clock that was set back must not keep the list from being read for years.
    if (age >= 0 && age < AGENTS_EVERY_MS) return { rows: [], cursor: cursor ?? '', more: false };
    const begun = String(ask.clock.now());
    const me = await whoAmI(ask);
    const rows: unknown[] = [{ id: me.id, Name: me.id, RealName: me.name, EmailAddress: me.email }];
    const { items } = await searchAll(ask, '/users', NAMED_USERS, { mostPages: MOST_PAGES });
    for (const raw of items) {
      const login = idOf(raw);
      if (login !== null && login !== me.id && (await isSurelyStaff(ask, login))) rows.push(raw);
    }
    return { rows, cursor: begun, more: false };
  },
  row: agentChange,
};

const NAMED_USERS = {
  query: jsonQuery({ field: 'Name', operator: 'NOT LIKE', value: '@' }),
  orderby: 'id',
  fields: 'Name,RealName,EmailAddress',
};
