/** A hostile mail in the product itself: from the wire into the mail frame, with nothing run, loaded or opened. */
import { setSettings } from './harness/door-reader';
import { expect, MAIL_FIXTURES, test } from './harness/lab';
import { Console } from './harness/screens';
import { words } from './harness/words';

const HOSTILE = `From: "Account Security" <security@bank-example.invalid>
To: support@shop.example
Subject: Confirm your account
Message-ID: <hostile-1@example.com>
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8

<head><base href="https://tracker.example/" target="_top"></head>
<body onload="top.__hit()" background="https://tracker.example/ground">
<style>@import "https://tracker.example/style"; body { background: url(https://tracker.example/css) }</style>
<p onclick="top.__hit()" style="color:#222;position:fixed;inset:0">Dear customer,</p>
<script>top.__hit(); fetch('https://tracker.example/script')</script>
<img src="https://tracker.example/open.gif" onerror="top.__hit()" width=1 height=1>
<img src=x onerror="parent.__hit()"><svg onload="top.__hit()"><script>top.__hit()</script></svg>
<iframe src="https://tracker.example/frame"></iframe>
<form action="https://tracker.example/form"><input name=password autofocus onfocus="top.__hit()"></form>
<p>Log in at <a href="https://www.mybank.com@xn--80ak6aa92e.example/login" onclick="top.__hit()">www.mybank.com</a>
or <a href="javascript:top.__hit()">here</a>.</p>
</body>
`;

test('a hostile mail runs nothing, asks nobody and opens nothing unasked', async ({ lab, page, context }) => {
  const { desk, client } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const app = await lab.app({ helpdesk: desk });
  await setSettings(app, { undoSendMs: 0 });
  await client.mail(HOSTILE.replaceAll('\n', '\r\n'));
  const { id } = await client.conversation('Confirm your account');

  const strangers: string[] = [];
  page.on('request', (request) => {
    if (new URL(request.url()).hostname !== '127.0.0.1') strangers.push(request.url());
  });
  let hits = 0;
  await page.exposeFunction('__hit', () => {
    hits += 1;
  });
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', (violation) => {
      console.error(`policy: ${violation.violatedDirective}`);
    });
  });
  const complaints: string[] = [];
  page.on('console', (line) => {
    if (/^policy:|Content Security Policy/.test(line.text())) complaints.push(line.text());
  });
  const opened: string[] = [];
  context.on('page', (other) => opened.push(other.url()));

  const agent = await Console.open(page, app);
  await agent.queue.open(`desk/${id}`);
  const mail = agent.conversation.pane.frameLocator('iframe');
  await expect(mail.getByText('Dear customer,')).toBeVisible();
  await expect(
    mail.locator('script:not(body > script), style:not(head > style), iframe, form, input, svg'),
  ).toHaveCount(0);
  await expect(agent.conversation.pane.getByText(words('mail:remoteImages_other'))).toBeVisible();
  await mail.getByText('Dear customer,').click();
  await mail.getByText('here', { exact: true }).click();

  await mail.getByText('www.mybank.com').click();
  const question = page.getByRole('dialog', { name: words('mail:link.title.web') });
  await expect(question).toContainText('xn--80ak6aa92e.example');
  await expect(question).toContainText(words('mail:link.warning.other-site'));
  await expect(question).toContainText(words('mail:link.warning.user-info'));
  await expect(question.getByRole('link')).toHaveAttribute('href', 'https://xn--80ak6aa92e.example/login');
  await expect(question.getByRole('link')).toHaveAttribute('rel', 'noopener noreferrer');
  await page.keyboard.press('Escape');
  await expect(question).toHaveCount(0);

  expect(hits).toBe(0);
  expect(strangers).toEqual([]);
  expect(complaints).toEqual([]);
  expect(opened).toEqual([]);
});

test('a picture that came with the mail is shown, and keys pressed in the mail are commands', async ({
  lab,
  page,
}) => {
  const { desk, client } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const app = await lab.app({ helpdesk: desk });
  const agent = await Console.open(page, app);
  const { id } = await client.conversation('Broken lamp, photo inside');
  await agent.queue.open(`desk/${id}`);
  const mail = agent.conversation.pane.frameLocator('iframe').first();
  const picture = mail.locator('img').first();
  await expect(picture).toHaveAttribute('src', /^data:image\//);
  await expect
    .poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth))
    .toBeGreaterThan(0);
  await mail.locator('body').click();
  await page.keyboard.press('r');
  await expect(agent.composer.editor).toBeFocused();
});
