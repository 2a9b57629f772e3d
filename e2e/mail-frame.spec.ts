/**
 * The mail frame of the real host, fed with mail that nobody sanitised: whatever gets past the
 * sanitiser meets this wall. The console's own page stands around it, with its policy.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from '@playwright/test';
import { expect, test } from './harness/lab';

type Said = Record<string, unknown> & { type: string };

/** Puts a mail frame of its own into the console, and gives back how to talk to it. */
async function openFrame(page: Page, url: string, mailOrigin: string) {
  await page.goto(url);
  await page.evaluate(async (src) => {
    const frame = document.createElement('iframe');
    frame.id = 'tested';
    frame.setAttribute('sandbox', 'allow-scripts');
    Object.assign(frame.style, {
      position: 'fixed',
      inset: '0',
      width: '800px',
      height: '600px',
      zIndex: '9999',
    });
    frame.src = src;
    document.body.append(frame);
    await new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
    const { port1, port2 } = new MessageChannel();
    const state = window as unknown as { said: unknown[]; port: MessagePort };
    state.said = [];
    state.port = port1;
    port1.onmessage = ({ data }) => state.said.push(data);
    frame.contentWindow?.postMessage({ type: 'holdfast-mail' }, '*', [port2]);
  }, `${mailOrigin}/mail-frame`);
  const said = (type: string): Promise<Said[]> =>
    page.evaluate(
      (wanted) => (window as unknown as { said: Said[] }).said.filter((one) => one.type === wanted),
      type,
    );
  return {
    said,
    async show(html: string): Promise<void> {
      const before = (await said('height')).length;
      await page.evaluate((text) => {
        const style = { color: '#111', background: '#fff', link: '#00f', fontFamily: 'serif', fontSize: 15 };
        (window as unknown as { port: MessagePort }).port.postMessage({ type: 'show', html: text, style });
      }, html);
      await expect.poll(async () => (await said('height')).length).toBeGreaterThan(before);
    },
    frame: page.frameLocator('#tested'),
  };
}

async function mailOriginOf(page: Page, origin: string, token: string): Promise<string> {
  const answer = await page.request.get(`${origin}/door/session`, { headers: { 'x-holdfast-token': token } });
  return new URL(((await answer.json()) as { mailFrameUrl: string }).mailFrameUrl).origin;
}

/** Requests to anywhere but the host's two origins: those that left, and those its policy stopped. */
function watchLeaks(page: Page, ...own: string[]): { left: string[]; stopped: string[] } {
  const seen = { left: [] as string[], stopped: [] as string[] };
  const isForeign = (url: string): boolean =>
    !url.startsWith('data:') && !own.some((origin) => url.startsWith(origin));
  page.on('requestfinished', (request) => {
    if (isForeign(request.url())) seen.left.push(request.url());
  });
  page.on('requestfailed', (request) => {
    if (!isForeign(request.url())) return;
    const list = request.failure()?.errorText === 'csp' ? seen.stopped : seen.left;
    list.push(request.url());
  });
  return seen;
}

test('reports the height of each mail shown, and grows with its own style', async ({ lab, page }) => {
  const app = await lab.app();
  const { show, said, frame } = await openFrame(
    page,
    app.url,
    await mailOriginOf(page, app.origin, app.token),
  );
  await show('<p style="margin:0;height:100px">one</p>');
  expect((await said('height')).at(-1)).toEqual({ type: 'height', px: 100 });
  await show('<p style="margin:0;height:1234px">two</p>');
  expect((await said('height')).at(-1)).toEqual({ type: 'height', px: 1234 });
  await expect(frame.locator('#mail')).toHaveText('two');
  await expect(frame.locator('body')).toHaveCSS('font-size', '15px');
});

test('reports a clicked link with its words, and goes nowhere', async ({ lab, page }) => {
  const app = await lab.app();
  const mailOrigin = await mailOriginOf(page, app.origin, app.token);
  const leaks = watchLeaks(page, app.origin, mailOrigin);
  const { show, said, frame } = await openFrame(page, app.url, mailOrigin);
  await show(
    '<a href="https://evil.example/login"><b>bank</b>.example</a> <a href="#top" target="_top">up</a>',
  );
  await frame.locator('b').click();
  await frame.locator('b').click({ button: 'middle' });
  await frame.locator('b').click({ modifiers: ['Control'] });
  await frame.getByText('up').click();
  await expect
    .poll(() => said('link'))
    .toEqual([
      { type: 'link', href: 'https://evil.example/login', text: 'bank.example' },
      { type: 'link', href: 'https://evil.example/login', text: 'bank.example' },
      { type: 'link', href: 'https://evil.example/login', text: 'bank.example' },
      { type: 'link', href: '#top', text: 'up' },
    ]);
  expect(page.frames().map((one) => one.url())).toContain(`${mailOrigin}/mail-frame`);
  expect(page.context().pages()).toHaveLength(1);
  expect([...leaks.left, ...leaks.stopped]).toEqual([]);
});

test('reports keys pressed in it', async ({ lab, page }) => {
  const app = await lab.app();
  const { show, said, frame } = await openFrame(
    page,
    app.url,
    await mailOriginOf(page, app.origin, app.token),
  );
  await show('<p>words</p>');
  await frame.locator('p').click();
  await page.keyboard.press('Shift+J');
  await expect
    .poll(async () => (await said('key')).at(-1))
    .toEqual({
      type: 'key',
      key: 'J',
      code: 'KeyJ',
      ctrlKey: false,
      metaKey: false,
      altKey: false,
      shiftKey: true,
    });
});

test('runs nothing and asks the network for nothing, though nobody sanitised the mail', async ({
  lab,
  page,
}) => {
  const app = await lab.app();
  const mailOrigin = await mailOriginOf(page, app.origin, app.token);
  const leaks = watchLeaks(page, app.origin, mailOrigin);
  const told: string[] = [];
  page.on('console', (message) => told.push(message.text()));
  page.on('dialog', (dialog) => {
    told.push('RAN');
    void dialog.dismiss();
  });
  const { show, frame } = await openFrame(page, app.url, mailOrigin);
  const evil = 'https://evil.example';
  await show(`
    <meta http-equiv="refresh" content="0;url=${evil}/refresh"><base href="${evil}/">
    <link rel="stylesheet" href="${evil}/s.css"><link rel="preconnect" href="${evil}">
    <style>@import url(${evil}/i.css); p{background:url(${evil}/b.png)}</style>
    <script>console.log('RAN')</script><script src="${evil}/x.js"></script>
    <img src="${evil}/pixel.png" srcset="${evil}/2x.png 2x" onerror="console.log('RAN')">
    <img src=x onerror="console.log('RAN')"><p style="background:url(${evil}/style.png)" onmouseover="console.log('RAN')">over</p>
    <a href="javascript:console.log('RAN')" ping="${evil}/ping">script</a>
    <svg onload="console.log('RAN')"><image href="${evil}/svg.png"/></svg>
    <iframe src="${evil}/frame"></iframe><object data="${evil}/o"></object><embed src="${evil}/e">
    <video src="${evil}/v" poster="${evil}/p"></video><audio src="${evil}/a" autoplay></audio>
    <form action="${evil}/f"><button>send</button></form><input autofocus onfocus="console.log('RAN')">
    <img src="${app.origin}/door/session"><table background="${evil}/t.png"><tr><td>cell</td></tr></table>`);
  await frame.getByText('over').hover();
  await frame.getByText('script', { exact: true }).click();
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 500)));
  expect(leaks.left).toEqual([]);
  // The mail did try: without the policy these would have left.
  expect(leaks.stopped.length).toBeGreaterThan(0);
  expect(told.filter((text) => text === 'RAN')).toEqual([]);
  expect(page.frames().map((one) => one.url())).toContain(`${mailOrigin}/mail-frame`);
  await expect(
    frame.locator('script, form, iframe, svg, link, meta, base, video').filter({ visible: true }),
  ).toHaveCount(0);
});

test('says nothing to a foreign page that frames it or the console, nor loads there as a page', async ({
  lab,
  page,
}) => {
  const app = await lab.app();
  const mailOrigin = await mailOriginOf(page, app.origin, app.token);
  const foreign = await serve(
    `<!doctype html><iframe id="mail" src="${mailOrigin}/mail-frame"></iframe>
     <iframe id="console" src="${app.origin}/"></iframe><img src="${app.origin}/favicon.ico">`,
  );
  try {
    const refused: number[] = [];
    page.on('response', (answer) => {
      if (answer.url().startsWith('http://127.0.0.1')) refused.push(answer.status());
    });
    // `localhost` is another site than 127.0.0.1, as a page of the web would be.
    await page.goto(foreign.url.replace('127.0.0.1', 'localhost'));
    await page.waitForLoadState('networkidle');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.every((status) => status >= 400)).toBe(true);
    await page.goto(`${mailOrigin}/mail-frame`).catch(() => null);
    await expect(page.locator('#mail')).toHaveCount(0);
  } finally {
    foreign.server.close();
  }
});

test('the one-time entry opens the console once, and the token is not in its address', async ({
  lab,
  page,
}) => {
  const app = await lab.app();
  const asked = await page.request.post(`${app.origin}/control/open`, {
    headers: { 'x-holdfast-token': app.token },
  });
  const { path } = (await asked.json()) as { path: string };
  expect(path).not.toContain(app.token);
  const entry = new URL(path, app.origin).href;
  await page.goto(entry);
  await expect(page.getByRole('status').filter({ hasText: 'Connected' })).toBeVisible();
  expect(page.url()).not.toContain('code=');
  const again = await page.context().newPage();
  const answer = await again.goto(entry);
  expect(answer?.status()).toBe(410);
});

async function serve(html: string): Promise<{ server: Server; url: string }> {
  const server = createServer((_request, answer) => {
    answer.writeHead(200, { 'Content-Type': 'text/html' }).end(html);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}
