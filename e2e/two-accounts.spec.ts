/**
 * Two helpdesks in one queue: a Request Tracker (simulated, behind a real socket) and an embedded
 * helpdesk. One of them stops; the other goes on, and what was decided for the stopped one leaves when it
 * is back.
 */
import { openRequestTracker } from '@shared/testing/vendors/request-tracker/rt-simulator';
import { setSettings, unconfirmed } from './harness/door-reader';
import { expect, MAIL_FIXTURES, test } from './harness/lab';
import { Console } from './harness/screens';
import { serveVendor } from './harness/serve-vendor';

/** The tracker is polled, not pushed. */
const SOON = { timeout: 30_000 };

test('two accounts in one queue, and one of them stops', async ({ lab, page }) => {
  test.setTimeout(180_000);
  const tracker = openRequestTracker();
  const question = await tracker.customerWrites('The tracker asks: where is my parcel?');
  const served = await serveVendor(tracker.server);
  try {
    const { desk, client } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
    const proxy = await lab.proxy({ port: Number(new URL(served.url).port) });
    const app = await lab.app({
      accounts: [
        { id: 'desk', name: 'Test desk', backend: 'embedded', url: desk.url, token: desk.token },
        {
          id: 'rt',
          name: 'Tracker',
          backend: 'request-tracker',
          url: proxy.url,
          token: tracker.signIn.token,
        },
      ],
    });
    await setSettings(app, { undoSendMs: 0 });
    const agent = await Console.open(page, app);
    const lamp = `desk/${(await client.conversation('Broken lamp, photo inside')).id}`;
    const parcel = `desk/${(await client.conversation('Parcel never arrived')).id}`;
    const asked = `rt/${question}`;

    await test.step('both stand in one queue', async () => {
      await expect(agent.queue.row(asked)).toBeVisible(SOON);
      await expect(agent.queue.row(lamp)).toBeVisible(SOON);
      await agent.status.expectOnline();
      await agent.queue.show('a');
    });

    const late = 'It leaves the depot today.';
    await test.step('one stops: it is said of it alone, and the other goes on', async () => {
      await proxy.set('refuse');
      await agent.status.expectOffline(20_000);
      await agent.answer(lamp, 'A new lamp is on its way.');
      await expect.poll(() => client.timesArrived('A new lamp is on its way.')).toBe(1);
      await agent.answer(asked, late);
      await agent.answer(parcel, 'It was found and arrives on Monday.');
      await expect.poll(() => client.timesArrived('It was found and arrives on Monday.')).toBe(1);
      await expect
        .poll(async () => (await unconfirmed(app)).map(({ intent }) => intent.accountId), SOON)
        .toEqual(['rt']);
    });

    await test.step('it comes back, and what waited for it leaves once', async () => {
      await proxy.set('none');
      await agent.status.expectOnline(60_000);
      await expect.poll(() => unconfirmed(app), SOON).toEqual([]);
      const { desk: rt } = tracker;
      const replies = rt.transactions.filter(
        ({ type, creator }) => type === 'Correspond' && creator === 'anna',
      );
      const texts = replies.flatMap(({ id }) =>
        rt.parts
          .filter((part) => part.transactionId === id)
          .map(({ bytes }) => new TextDecoder().decode(bytes)),
      );
      expect(texts.filter((text) => text === late)).toHaveLength(1);
    });
  } finally {
    await served.close();
  }
});
