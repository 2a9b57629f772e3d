import { afterEach, expect, it } from 'vitest';
import { openTestHelpdesk, type TestHelpdesk } from '../helpdesk.test-data';

const open: TestHelpdesk[] = [];
afterEach(async () => {
  for (const desk of open.splice(0)) await desk.close();
});
const helpdesk = async () => {
  const desk = await openTestHelpdesk();
  open.push(desk);
  return desk;
};
const idOf = async (desk: TestHelpdesk): Promise<string> =>
  (await desk.ask('GET', '/api/v1/me')).body.helpdesk_id;

it('tells an id of the helpdesk that outlives a restart, is its own, and says nothing of its secret', async () => {
  const [one, other] = [await helpdesk(), await helpdesk()];
  const id = await idOf(one);
  expect(id).toMatch(/^[0-9a-f]{24}$/);
  await one.restart();
  expect(await idOf(one)).toBe(id);
  expect(await idOf(other)).not.toBe(id);
  expect(one.running.mail.secret).not.toContain(id);
});
