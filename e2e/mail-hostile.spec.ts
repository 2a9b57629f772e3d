/**
 * Hostile mail against our sanitiser in the browser that shows it. The page below has no policy of
 * its own, so the sanitiser must hold alone; the mail frame's policy comes on top of it in the
 * product. Each check has a raw control: the same payloads unsanitised do run and do load, so a
 * green result means something.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test, type Page } from '@playwright/test';
import { build, type Rolldown } from 'vite';
import type * as Mail from '../renderer/components/mail/sanitise-mail';
import { scriptPayloads, trackingPayloads } from './mail-hostile-payloads';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const CORPUS = at('../../shared/corpora/dompurify-expect/expect.json');

let script = '';

test.beforeAll(async () => {
  const built = (await build({
    configFile: false,
    logLevel: 'error',
    root: at('..'),
    resolve: { tsconfigPaths: true },
    build: {
      write: false,
      minify: false,
      lib: { entry: at('../renderer/components/mail/sanitise-mail.ts'), name: 'mail', formats: ['iife'] },
    },
  })) as Rolldown.RolldownOutput[];
  script = built[0]?.output[0]?.code ?? '';
  expect(script).toContain('sanitiseMail');
});

/** A page without any policy that counts what runs and lists what is asked of the network. */
async function barePage(page: Page): Promise<{ requests: string[] }> {
  const requests: string[] = [];
  await page.route('**/*', (route) => {
    const url = route.request().url();
    if (url === 'http://bare.test/') {
      return route.fulfill({ contentType: 'text/html', body: '<!doctype html><meta charset=utf-8><body>' });
    }
    requests.push(url);
    return route.abort();
  });
  await page.addInitScript(() => {
    const top = window as unknown as { __hits: number };
    top.__hits = 0;
    const hit = () => {
      (window.top as unknown as { __hits: number }).__hits += 1;
    };
    for (const name of ['alert', 'confirm', 'prompt', 'print', '__hit']) {
      Object.defineProperty(window, name, { value: hit, writable: false });
    }
  });
  await page.goto('http://bare.test/');
  await page.addScriptTag({ content: script });
  return { requests };
}

interface Outcome {
  hits: number;
  problems: string[];
}

/** Shows each payload in a document of its own and pokes every element of it. */
async function show(page: Page, payloads: readonly string[], how: 'safe' | 'raw'): Promise<Outcome> {
  return page.evaluate(
    async ([list, mode]) => {
      const { sanitiseMail } = (window as unknown as { mail: typeof Mail }).mail;
      const counter = window as unknown as { __hits: number };
      counter.__hits = 0;
      const problems: string[] = [];
      const allowed = /^(https:\/\/|mailto:|tel:)/;
      for (let start = 0; start < list.length; start += 40) {
        const frames: HTMLIFrameElement[] = [];
        for (const payload of list.slice(start, start + 40)) {
          let html = payload;
          if (mode === 'safe') {
            const safe = sanitiseMail(payload);
            const folded = sanitiseMail(payload, { foldQuotes: true });
            if (safe.type === 'text' || folded.type === 'text') continue;
            html = safe.html;
            // Read again, and what that writes read once more: nothing hides in how it is written.
            const once = new DOMParser().parseFromString(html, 'text/html').body;
            const twice = new DOMParser().parseFromString(once.innerHTML, 'text/html').body;
            for (const element of [...once.querySelectorAll('*'), ...twice.querySelectorAll('*')]) {
              if (element.namespaceURI !== 'http://www.w3.org/1999/xhtml')
                problems.push(`foreign: ${payload}`);
              if (
                /^(script|style|iframe|object|embed|form|input|base|meta|link|template)$/i.test(
                  element.nodeName,
                )
              ) {
                problems.push(`element ${element.nodeName}: ${payload}`);
              }
              for (const { name, value } of element.attributes) {
                if (/^on|^id$|^class$|^name$|srcset|background|action|ping/i.test(name)) {
                  problems.push(`attribute ${name}: ${payload}`);
                }
                if (name === 'href' && !allowed.test(value)) problems.push(`href ${value}: ${payload}`);
                if (name === 'src' && !value.startsWith('data:image/'))
                  problems.push(`src ${value}: ${payload}`);
                if (name === 'style' && /url|\\|@|expression|position/i.test(value)) {
                  problems.push(`style ${value}: ${payload}`);
                }
              }
            }
            const div = document.createElement('div');
            document.body.append(div);
            div.innerHTML = html;
          }
          // What is safe shares a document; what is raw would spoil its neighbours'.
          const shared = mode === 'safe' ? frames[0] : undefined;
          if (shared?.contentDocument) {
            const div = shared.contentDocument.createElement('div');
            shared.contentDocument.body.append(div);
            div.innerHTML = html;
            continue;
          }
          const frame = document.createElement('iframe');
          document.body.append(frame);
          frames.push(frame);
          const inner = frame.contentDocument;
          if (inner === null) continue;
          inner.open();
          inner.write(`<!doctype html><body>${html}`);
          inner.close();
        }
        await new Promise((resolve) => setTimeout(resolve, 30));
        for (const frame of frames) {
          const inner = frame.contentDocument;
          if (inner === null) continue;
          inner.addEventListener('click', (click) => {
            const link = (click.target as Element).closest?.('a,area');
            if (/^(https?|mailto|tel|data|blob)/.test(link?.getAttribute('href') ?? ''))
              click.preventDefault();
          });
          inner.addEventListener('submit', (submit) => {
            if (!/script/i.test((submit.target as HTMLFormElement).action)) submit.preventDefault();
          });
          for (const element of inner.querySelectorAll<HTMLElement>('*')) {
            for (const name of element.getAttributeNames()) {
              if (name.startsWith('on')) element.dispatchEvent(new Event(name.slice(2), { bubbles: false }));
            }
            element.click?.();
          }
        }
        await new Promise((resolve) => setTimeout(resolve, 10));
        document.body.replaceChildren();
      }
      await new Promise((resolve) => setTimeout(resolve, 300));
      return { hits: counter.__hits, problems };
    },
    [payloads, how] as const,
  );
}

test('no payload of ours runs after sanitising, and raw they do', async ({ page }) => {
  test.setTimeout(240_000);
  const payloads = scriptPayloads();
  expect(payloads.length).toBeGreaterThan(3_000);
  await barePage(page);
  const safe = await show(page, payloads, 'safe');
  expect(safe.problems).toEqual([]);
  expect(safe.hits).toBe(0);
  const raw = await show(
    page,
    payloads.filter((_, index) => index < 400 || index % 4 === 0),
    'raw',
  );
  expect(raw.hits).toBeGreaterThan(500);
});

test('no payload of the sanitiser’s own corpus runs, and raw they do', async ({ page }) => {
  test.skip(!existsSync(CORPUS), 'the corpus is not beside this checkout');
  const cases = JSON.parse(readFileSync(CORPUS, 'utf8')) as { payload: string }[];
  expect(cases.length).toBeGreaterThan(200);
  await barePage(page);
  const payloads = cases.map((one) => one.payload);
  const safe = await show(page, payloads, 'safe');
  expect(safe.problems).toEqual([]);
  expect(safe.hits).toBe(0);
  expect((await show(page, payloads, 'raw')).hits).toBeGreaterThan(30);
});

test('a sanitised mail asks nobody for anything, and a raw one asks the tracker', async ({ page }) => {
  const { requests } = await barePage(page);
  const payloads = trackingPayloads();
  const safe = await show(page, payloads, 'safe');
  expect(safe.problems).toEqual([]);
  expect(requests).toEqual([]);
  await show(page, payloads, 'raw');
  const asked = new Set(
    requests.filter((url) => url.includes('tracker.example')).map((url) => new URL(url).pathname),
  );
  expect(asked.size).toBeGreaterThan(50);
});

test('remote pictures are counted, inline ones get the address they are given', async ({ page }) => {
  await barePage(page);
  const results = await page.evaluate(() => {
    const { sanitiseMail } = (window as unknown as { mail: typeof Mail }).mail;
    const inline = 'data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=';
    return {
      remote: sanitiseMail(
        '<img src="https://a.example/1" width=600 height=400><div style="background:url(https://a.example/2)">x</div>',
      ),
      cid: sanitiseMail('<img src="cid:logo%40shop.example" width=20><img src="cid:gone">', {
        cidUrls: { 'logo@shop.example': inline },
      }),
      links: sanitiseMail(
        '<a href="http://shop.example/a">a</a><a href="/relative">b</a><a href="ftp://x.example">c</a>',
      ),
    };
  });
  expect(results.remote).toMatchObject({ type: 'html', remoteImages: 2, html: '<div>x</div>' });
  expect(results.cid).toMatchObject({ type: 'html', missingCids: ['gone'] });
  expect(results.cid.type === 'html' && results.cid.html).toContain('<img src="data:image/gif;base64,');
  expect(results.links).toMatchObject({ html: '<a href="https://shop.example/a">a</a><a>b</a><a>c</a>' });
});

test('a picture that is not shown leaves its words, where it led, or nothing', async ({ page }) => {
  await barePage(page);
  const shown = await page.evaluate(() => {
    const { sanitiseMail } = (window as unknown as { mail: typeof Mail }).mail;
    return [
      '<img src="https://a.example/1" alt="Our shop" width=600 style="width:600px;height:200px">',
      '<img src="https://t.example/open" alt="pixel" width=1 height=1>',
      '<img src="https://a.example/2">',
      '<a href="https://shop.example/sale?x=1"><img src="https://a.example/3"></a>',
      '<a href="javascript:x()"><img src="https://a.example/4"></a>',
      '<img src="cid:later" alt="&lt;b&gt;bold">',
    ].map((html) => {
      const safe = sanitiseMail(html);
      if (safe.type === 'text') return null;
      const { body } = new DOMParser().parseFromString(safe.html, 'text/html');
      return [body.textContent, body.querySelectorAll('img').length, body.querySelectorAll('span').length];
    });
  });
  expect(shown).toEqual([
    ['Our shop', 0, 1],
    ['', 0, 0],
    ['', 0, 0],
    ['shop.example', 0, 1],
    ['', 0, 0],
    ['<b>bold', 0, 1],
  ]);
});

test('what an answer quotes can be folded, also what mail programs call a quote', async ({ page }) => {
  await barePage(page);
  const folded = await page.evaluate(() => {
    const { sanitiseMail } = (window as unknown as { mail: typeof Mail }).mail;
    const fold = (html: string) => {
      const safe = sanitiseMail(html, { foldQuotes: true });
      return safe.type === 'html' ? [safe.html, safe.hasQuote] : [];
    };
    return [
      fold(
        '<p>Yes.</p><div class="gmail_quote"><div>On Monday Anna wrote:</div><blockquote>When?</blockquote></div>',
      ),
      fold('<p>Yes.</p><div class="moz-cite-prefix">Anna:</div><blockquote type="cite">When?</blockquote>'),
      fold('<p>Yes.</p><hr><div id="divRplyFwdMsg">From: Anna</div><div>When?</div>'),
      fold('<blockquote type="cite">When?</blockquote><p>Tuesday.</p>'),
      fold(
        '<p>See below</p><div class="gmail_quote">---------- Forwarded message ---------<p>the matter</p></div>',
      ),
      fold('<blockquote type="cite">only a quote</blockquote>'),
    ];
  });
  expect(folded).toEqual([
    ['<p>Yes.</p>', true],
    ['<p>Yes.</p>', true],
    ['<p>Yes.</p><hr>', true],
    ['<blockquote type="cite">When?</blockquote><p>Tuesday.</p>', false],
    ['<p>See below</p><div>---------- Forwarded message ---------<p>the matter</p></div>', false],
    ['<blockquote type="cite">only a quote</blockquote>', false],
  ]);
});

test('mails made to be heavy become text, and no shape takes much longer than a long letter', async ({
  page,
}) => {
  await barePage(page);
  const results = await page.evaluate(() => {
    const { sanitiseMail } = (window as unknown as { mail: typeof Mail }).mail;
    const shapes: Record<string, string> = {
      deep: `${'<div>'.repeat(20_000)}words`,
      deepFormatting: `${'<b><font>'.repeat(10_000)}words`,
      busy: '<i>words</i>'.repeat(60_000),
      huge: `<p>words</p>${'x'.repeat(4_000_000)}`,
      tables: `${'<table><tr><td>'.repeat(2_000)}words`,
      twoMegabytes: `<div>${'<p style="color:#333;margin:0">words of a long letter, with its styles</p>'.repeat(28_000)}</div>`,
      manyAttributes: `<p ${Array.from({ length: 20_000 }, (_, i) => `a${i}=1`).join(' ')}>words</p>`,
      quotes: '<div class="gmail_quote">words'.repeat(390),
    };
    return Object.entries(shapes).map(([name, html]) => {
      // The quickest of three: what else the computer does slows one, seldom all.
      let ms = Infinity;
      let safe = sanitiseMail('');
      for (let turn = 0; turn < 3; turn += 1) {
        const started = performance.now();
        safe = sanitiseMail(html, { foldQuotes: true });
        ms = Math.min(ms, performance.now() - started);
      }
      const words = safe.type === 'text' ? safe.text : safe.html;
      return { name, type: safe.type, ms, words: words.includes('words') };
    });
  });
  for (const result of results) expect(result.words, result.name).toBe(true);
  expect(results.filter((result) => result.type === 'text').map((result) => result.name)).toEqual([
    'deep',
    'deepFormatting',
    'busy',
    'huge',
    'tables',
  ]);
  // Measured: many attributes 1.05 times as long as the letter of two megabytes, all others less than it.
  const letterMs = results.find(({ name }) => name === 'twoMegabytes')?.ms ?? 0;
  expect(results.filter((result) => result.ms > 4 * letterMs)).toEqual([]);
  test.info().annotations.push({
    type: 'ms',
    description: results.map((result) => `${result.name} ${result.ms.toFixed(0)}`).join(', '),
  });
});
