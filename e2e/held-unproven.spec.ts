/** A reply of which nobody can tell whether it arrived: the agent sees all that is known, and decides. */
import type { Page } from '@playwright/test';
import { expectNoBarrierInBothThemes } from './harness/barriers';
import { setSettings, unconfirmed } from './harness/door-reader';
import { HeldCard, idOf, PARCEL } from './harness/held-screen';
import { HttpTamper } from './harness/http-tamper';
import { expect, MAIL_FIXTURES, test, type Lab } from './harness/lab';
import { Console } from './harness/screens';
import { words } from './harness/words';

/** A helpdesk that takes or loses a reply without an answer, and never says which. */
async function silentHelpdesk(lab: Lab, page: Page, loses: 'commit-then-cut' | 'cut') {
  const { desk, client } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const tamper = await HttpTamper.start(desk.port);
  tamper.judge = ({ method, path }) => {
    if (method === 'POST' && path.endsWith('/messages')) return loses;
    const refusal = { status: 403, body: { error: { code: 'forbidden', message: 'Not for you.' } } };
    return path.includes('/operations/') ? refusal : 'pass';
  };
  tamper.rewrite = (_, answer) => answer.replaceAll(/"client_ref":"[^"]*"/g, '"client_ref":null');
  const app = await lab.app({ helpdesk: { url: tamper.url, token: desk.token } });
  await setSettings(app, { undoSendMs: 0 });
  const agent = await Console.open(page, app);
  await agent.queue.show('a');
  await agent.answer(`desk/${await idOf(client, PARCEL)}`, 'Did this arrive?');
  const held = new HeldCard(page, 'Did this arrive?');
  await held.expectWhy('unproven');
  return { client, tamper, app, agent, held };
}

test('nobody can tell whether it arrived: all that is known on one panel, and the agent finds it', async ({
  lab,
  page,
}) => {
  test.setTimeout(120_000);
  const { client, tamper, app, held } = await silentHelpdesk(lab, page, 'commit-then-cut');
  await expect(held.card.getByText(words('held:known.tries'), { exact: true })).toBeVisible();
  await expect(held.card.getByText('Not for you.')).toBeVisible();
  await expectNoBarrierInBothThemes(page);
  await held.card
    .getByRole('button', { name: words('held:known.thisIsItOf') })
    .last()
    .click();
  await expect(held.card).toHaveCount(0);
  await expect.poll(async () => (await unconfirmed(app)).length).toBe(0);
  expect(await client.timesArrived('Did this arrive?')).toBe(1);
  await tamper.stop();
});

test('nobody can tell whether it arrived: the agent looked, it is not there, and it goes out again', async ({
  lab,
  page,
}) => {
  test.setTimeout(120_000);
  const { client, tamper, app, agent, held } = await silentHelpdesk(lab, page, 'cut');
  await expect(held.card.getByRole('button', { name: words('held:known.thisIsItOf') })).toHaveCount(0);
  expect(await client.timesArrived('Did this arrive?')).toBe(0);
  tamper.judge = () => 'pass';
  await agent.conversation.pane.locator('[data-timeline]').focus();
  await page.keyboard.press('Shift+S');
  await expect.poll(() => client.timesArrived('Did this arrive?'), { timeout: 30_000 }).toBe(1);
  await expect(held.card).toHaveCount(0);
  await expect.poll(async () => (await unconfirmed(app)).length).toBe(0);
  await tamper.stop();
});
