/** A reply in a live chat that could not leave in time is the agent's to decide again. */
import { expectNoBarrierInBothThemes } from './harness/barriers';
import { ChatVisitor } from './harness/chat-visitor';
import { setSettings } from './harness/door-reader';
import { CHAT_LATE_MS, HeldCard, heldWorld } from './harness/held-screen';
import { HttpTamper } from './harness/http-tamper';
import { expect, test } from './harness/lab';
import { Console } from './harness/screens';
import { words } from './harness/words';

test('a late chat: what the customer knows while cut off, then what happened since, and sent only when asked', async ({
  lab,
  page,
  context,
}) => {
  test.setTimeout(150_000);
  const { client, proxy, agent } = await heldWorld(lab, page);
  const visitor = await ChatVisitor.open(await context.newPage(), client, 'Olga Chat');
  await visitor.say('Hello, is anybody there?');
  await expect(agent.queue.rowWith('Olga Chat')).toBeVisible({ timeout: 20_000 });
  const { id } = await client.conversation('Olga Chat');
  await agent.answer(`desk/${id}`, 'Yes, I am here.');
  await visitor.expectAnswer('Yes, I am here.');
  await visitor.say('Where is my money?');
  await expect(agent.conversation.message('Where is my money?')).toBeVisible({ timeout: 20_000 });

  await proxy.set('refuse');
  await agent.status.expectOffline();
  const known = agent.conversation.pane.getByRole('complementary', { name: words('held:cutOff.label') });
  await expect(known.getByText(words('held:cutOff.waited'))).toBeVisible();
  await expect(known.getByText('Yes, I am here.')).toBeVisible();
  await expect(known.getByText(words('held:cutOff.limitSeconds_other'))).toBeVisible();
  const waited = await known.getByText(words('held:cutOff.waited')).textContent();
  await expect(known.getByText(words('held:cutOff.waited'))).not.toHaveText(waited ?? '');
  await agent.composer.write('It is on its way.');
  await agent.composer.send();
  // An answer that waits here has ended nobody's waiting, neither in the conversation nor in the queue.
  await expect(known.getByText(words('held:cutOff.waited'))).toBeVisible();
  await agent.queue.show('w');
  await expect(agent.queue.row(`desk/${id}`)).toBeVisible();
  await expectNoBarrierInBothThemes(page);

  const held = new HeldCard(page, 'It is on its way.');
  await held.expectWhy('late', CHAT_LATE_MS + 30_000);
  await visitor.say('I am leaving.');
  await proxy.set('none');
  await agent.status.expectOnline();
  await expect(held.difference.getByText('I am leaving.')).toBeVisible({ timeout: 20_000 });
  expect(await client.timesArrived('It is on its way.')).toBe(0);
  await expect(held.byMail).toHaveCount(0);
  await expectNoBarrierInBothThemes(page);
  await held.button('now').click();
  await visitor.expectAnswer('It is on its way.');
  expect(await client.timesArrived('It is on its way.')).toBe(1);
});

test('a late chat with an address on file: offered by mail', async ({ lab, page, context }) => {
  test.setTimeout(150_000);
  const { desk, client } = await lab.helpdesk();
  const tamper = await HttpTamper.start(desk.port);
  tamper.rewrite = (_, answer) => answer.replaceAll('"emails":[]', '"emails":["olga@example.com"]');
  const visitor = await ChatVisitor.open(await context.newPage(), client, 'Olga Chat');
  await visitor.say('Where is my money?');
  const app = await lab.app({ helpdesk: { url: tamper.url, token: desk.token } });
  await setSettings(app, { undoSendMs: 0, chatLateMs: CHAT_LATE_MS });
  const agent = await Console.open(page, app);
  const { id } = await client.conversation('Olga Chat');
  await expect(agent.queue.row(`desk/${id}`)).toBeVisible();
  tamper.judge = () => ({ status: 503, body: { error: { code: 'busy', message: 'Busy' } } });
  await agent.status.expectOffline(30_000);
  await agent.queue.show('a');
  await agent.answer(`desk/${id}`, 'It is on its way.');
  const held = new HeldCard(page, 'It is on its way.');
  await held.expectWhy('late', CHAT_LATE_MS + 60_000);
  await expect(held.byMail).toContainText('olga@example.com');
  tamper.judge = ({ method, path }) =>
    method === 'POST' && path.endsWith('/messages')
      ? { status: 422, body: { error: { code: 'no_recipient', message: 'No address.' } } }
      : 'pass';
  await held.byMail.click();
  await expect
    .poll(() => tamper.seen.some(({ body }) => body.includes('"via":"email"')), { timeout: 60_000 })
    .toBe(true);
  await tamper.stop();
});
