/**
 * kill -9 in the middle of a drain, again and again, over a link that fails meanwhile: what the host
 * acknowledged arrives exactly once and in order, what it did not acknowledge is said again by the
 * page and then does too.
 *
 * `npm test` kills 40 times; HOLDFAST_KILLS=200 npx playwright test kill-while-draining is the full
 * figure. HOLDFAST_SEED chooses another course of events.
 */
import type { Intent } from '@shared/domain/intents';
import { seededRandom } from '../bench/data-set';
import { door, outboxOf, replyIntent, setSettings, unconfirmed } from './harness/door-reader';
import type { Fault, FaultProxy } from './harness/fault-proxy';
import { expect, MAIL_FIXTURES, test } from './harness/lab';
import type { RunningApp } from './harness/processes';
import { Console } from './harness/screens';

const KILLS = Number(process.env['HOLDFAST_KILLS'] ?? 40);
const WINDOW_KILLS = Math.max(2, Math.round(KILLS / 20));
const SEED = Number(process.env['HOLDFAST_SEED'] ?? 1);
/** Long enough for some requests to be on their way and some to be done. */
const LIVES_FOR_MS = 400;
const SUBJECTS = ['Parcel never arrived', 'Broken lamp, photo inside', 'Не могу войти в кабинет'];
const WEATHER: readonly Fault[] = [
  'none',
  'none',
  'reset-after-commit',
  'black-hole',
  'refuse',
  'slow-lossy',
];

/** What a person sent in one conversation, in their order. */
interface Said {
  intents: Intent[];
  /** Answered by the host: queued for good. */
  acknowledged: Set<string>;
}

test(`${KILLS} times kill -9 of the host while it drains: nothing lost, nothing twice, nothing out of order`, async ({
  lab,
}) => {
  test.setTimeout(60_000 + KILLS * 4_000);
  const random = seededRandom(SEED);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const { desk, client } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const proxy = await lab.proxy(desk);
  const start = (): Promise<RunningApp> => lab.app({ helpdesk: { url: proxy.url, token: desk.token } });
  const said = new Map<string, Said>();
  for (const subject of SUBJECTS) {
    said.set((await client.conversation(subject)).id, { intents: [], acknowledged: new Set() });
  }

  let app = await start();
  for (let kill = 1; kill <= KILLS; kill += 1) {
    await proxy.set(pick(WEATHER));
    for (const [id, { intents }] of said) {
      intents.push(await replyIntent(app, desk, id, `${id}: answer ${intents.length + 1}`));
    }
    // A page says again what it got no answer to, in the old order, before anything new.
    const sending = Promise.allSettled([...said.values()].map((one) => put(app, one)));
    await new Promise((resolve) => setTimeout(resolve, random() * LIVES_FOR_MS));
    await app.kill();
    await sending;
    app = await start();
  }
  await proxy.set('none');
  for (const one of said.values()) await put(app, one);

  const waiting = async () =>
    (await unconfirmed(app)).map(({ state, reason, evidence }) => ({ state, reason, evidence }));
  await expect.poll(waiting, { timeout: 60_000 }).toEqual([]);
  for (const [id, { intents }] of said) {
    const there = (await client.messages(id)).filter(({ kind }) => kind === 'reply');
    expect(there.map(({ client_ref: ref }) => ref)).toEqual(intents.map(({ ref }) => ref));
  }
  const rows = (await outboxOf(app)).rows;
  expect(rows.every((row) => row.state === 'delivered' && row.serverId !== null)).toBe(true);
});

/** Puts what is not acknowledged yet, oldest first, until the host is gone. */
async function put(app: RunningApp, said: Said): Promise<void> {
  for (const intent of said.intents) {
    if (said.acknowledged.has(intent.ref)) continue;
    const answer = await door(app, `intents/${intent.ref}`, { method: 'PUT', json: intent });
    if (!answer.ok) throw new Error(`The host refused: ${await answer.text()}`);
    said.acknowledged.add(intent.ref);
  }
}

test(`${WINDOW_KILLS} times kill -9 of browser and host right after sending: each answer arrives once`, async ({
  lab,
}) => {
  test.setTimeout(60_000 + WINDOW_KILLS * 20_000);
  const random = seededRandom(SEED);
  const { desk, client } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const proxy: FaultProxy = await lab.proxy(desk);
  const start = (): Promise<RunningApp> => lab.app({ helpdesk: { url: proxy.url, token: desk.token } });
  const key = `desk/${(await client.conversation(SUBJECTS[0] ?? '')).id}`;
  let app = await start();
  await setSettings(app, { undoSendMs: 0 });

  const texts: string[] = [];
  for (let kill = 1; kill <= WINDOW_KILLS; kill += 1) {
    await proxy.set(kill % 2 === 0 ? 'reset-after-commit' : 'none');
    const browser = await lab.browser();
    const agent = await Console.open(await browser.context.newPage(), app);
    await agent.queue.show('a');
    const text = `Sent just before kill ${kill}.`;
    await agent.answer(key, text);
    // On screen as sent from here on: whatever dies now, it has to arrive.
    await expect(agent.conversation.message(text)).toBeVisible();
    texts.push(text);
    await new Promise((resolve) => setTimeout(resolve, random() * LIVES_FOR_MS));
    await Promise.all([app.kill(), browser.kill()]);
    app = await start();
  }
  await proxy.set('none');
  const browser = await lab.browser();
  const agent = await Console.open(await browser.context.newPage(), app);
  await agent.queue.show('a');
  await agent.queue.open(key);
  await expect
    .poll(async () => Promise.all(texts.map((text) => client.timesArrived(text))), { timeout: 60_000 })
    .toEqual(texts.map(() => 1));
  expect((await unconfirmed(app)).length).toBe(0);
});
