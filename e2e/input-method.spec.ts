/** Typing with an input method (Vietnamese Telex, Pinyin): its Enter is its own, and no letter is lost. */
import { ChatVisitor } from './harness/chat-visitor';
import { setSettings } from './harness/door-reader';
import { expect, test } from './harness/lab';
import { Console } from './harness/screens';

test('Enter that ends a composition sends nothing, and what was composed outlives a reload', async ({
  lab,
  page,
  context,
}) => {
  const { desk, client } = await lab.helpdesk();
  const app = await lab.app({ helpdesk: desk });
  await setSettings(app, { undoSendMs: 0 });
  const agent = await Console.open(page, app);
  const visitor = await ChatVisitor.open(await context.newPage(), client, 'Walt Crane');
  await visitor.say('Is anybody there?');
  await page.bringToFront();
  await agent.queue.rowWith('Walt Crane').click();
  await expect(agent.conversation.title).toBeVisible();
  // In a chat a plain Enter sends.
  await agent.composer.write('Xin ');
  const cdp = await context.newCDPSession(page);
  await cdp.send('Input.imeSetComposition', { text: 'chao2', selectionStart: 5, selectionEnd: 5 });
  await expect(agent.composer.editor).toHaveValue('Xin chao2');
  // As the browser tells a key that the input method has taken: code 229, no text.
  await cdp.send('Input.dispatchKeyEvent', {
    type: 'rawKeyDown',
    key: 'Enter',
    code: 'Enter',
    windowsVirtualKeyCode: 229,
  });
  await expect(agent.composer.editor).toHaveValue('Xin chao2');
  await cdp.send('Input.imeSetComposition', { text: 'chào', selectionStart: 4, selectionEnd: 4 });
  await cdp.send('Input.insertText', { text: 'chào' });
  await expect(agent.composer.editor).toHaveValue('Xin chào');
  await page.reload();
  await agent.queue.rowWith('Walt Crane').click();
  await expect(agent.composer.editor).toHaveValue('Xin chào');
  const { id } = await client.conversation('Walt Crane');
  expect((await client.messages(id)).filter(({ kind }) => kind === 'reply')).toEqual([]);

  await agent.composer.editor.press('Enter');
  await visitor.expectAnswer('Xin chào');
});
