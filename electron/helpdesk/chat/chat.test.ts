import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestHelpdesk, rawMail, type TestHelpdesk } from '../helpdesk.test-data';
import { RateLimiter } from './rate-limit';
import { languageOf, WORDS } from './page/words.js';

let desk: TestHelpdesk;
let session = '';
beforeEach(async () => {
  desk = await openTestHelpdesk();
  session = await begin('Sample Customer Olga');
});
afterEach(() => desk.close());

const begin = async (name: string): Promise<string> =>
  (await desk.ask('POST', '/chat/sessions', { body: { name } })).body.session;
const visitor = (who = session) => ({ 'x-chat-session': who, authorization: '' });
const say = (text: string, ref: string, who = session) =>
  desk.ask('POST', '/chat/messages', { body: { text, client_ref: ref }, headers: visitor(who) });
const seen = async (who = session) =>
  (await desk.ask('GET', '/chat/messages', { headers: visitor(who) })).body.items;
const conversations = async () => (await desk.ask('GET', '/api/v1/conversations')).body.items;
const answer = (id: string, key: string, body: object) =>
  desk.ask('POST', `/api/v1/conversations/${id}/messages`, {
    key,
    body: { kind: 'reply', text: 'Hello', ...body },
  });

describe('a customer on the chat page', () => {
  it('makes a conversation with the first message, and goes on in it after a restart', async () => {
    expect(await conversations()).toEqual([]);
    await say('Where is my withdrawal?', 'ref-0001');
    await desk.restart();
    await say('Still waiting', 'ref-0002');
    expect(await conversations()).toMatchObject([
      {
        channel: 'chat',
        subject: 'Where is my withdrawal?',
        contact: { name: 'Sample Customer Olga' },
        message_count: 2,
      },
    ]);
    expect((await seen()).map(({ text }: { text: string }) => text)).toEqual([
      'Where is my withdrawal?',
      'Still waiting',
    ]);
  });

  it('is heard once, however often the page sends again', async () => {
    const first = await say('Hello', 'ref-0001');
    const again = await say('Hello', 'ref-0001');
    await desk.restart();
    const later = await say('Hello', 'ref-0001');
    expect([again.body, later.body]).toEqual([first.body, first.body]);
    expect((await say('Other', 'ref-0001')).status).toBe(409);
    expect(await seen()).toHaveLength(1);
  });

  it('is answered by mail where the agent asks for that, if there is an address on file', async () => {
    await say('Hello', 'ref-0001');
    const [{ id }] = await conversations();
    const refused = await answer(id, 'k1', { via: 'email' });
    expect([refused.status, refused.body.error.code]).toEqual([422, 'no_recipient']);
    const { store } = desk.running.desk;
    const contact = store.state.contacts.get(desk.running.desk.conversation(id).contactId)!;
    await store.commit({ v: 1, contacts: [{ ...contact, emails: ['olga@example.com'] }] });
    const { body } = await answer(id, 'k2', { via: 'email' });
    expect(body.message.email).toMatchObject({ to: ['olga@example.com'], subject: 'Re: Hello' });
    await desk.running.mailSent();
    expect(await readdir(join(desk.folder, 'maildir', 'new'))).toHaveLength(1);
    // The chat's page shows what was said in the chat.
    expect(await seen()).toHaveLength(1);
  });

  it('sees answers with their files, and neither notes nor what is not theirs', async () => {
    const { body } = await say('Hello', 'ref-0001');
    const [{ id }] = await conversations();
    const upload = await desk.ask('POST', '/api/v1/uploads?name=a.png&type=image/png', {
      key: 'u1',
      body: 'png',
    });
    const secret = await desk.ask('POST', '/api/v1/uploads?name=b.txt&type=text/plain', {
      key: 'u2',
      body: 'secret',
    });
    await answer(id, 'k1', { kind: 'note', text: 'Between us', upload_ids: [secret.body.id] });
    await answer(id, 'k2', { text: 'With a picture', upload_ids: [upload.body.id] });
    const shown = await seen();
    expect(shown.map(({ mine, text }: { mine: boolean; text: string }) => [mine, text])).toEqual([
      [true, 'Hello'],
      [false, 'With a picture'],
    ]);
    expect(shown[0]).toEqual(body);
    const file = (fileId: string, who = session) =>
      desk.ask('GET', `/chat/attachments/${fileId}`, { headers: visitor(who) });
    expect((await file(upload.body.id)).body).toBe('png');
    expect((await file(secret.body.id)).status).toBe(404);
    expect((await file(upload.body.id, await begin('Sample Stranger'))).status).toBe(404);
    expect((await file(upload.body.id, 'made up')).status).toBe(401);
  });

  it('never reads another customer after a merge', async () => {
    await say('Mine', 'ref-0001');
    const [{ id: mine }] = await conversations();
    const other = await begin('Sample Other');
    await say('Private words', 'ref-0002', other);
    const theirs = (await conversations()).find(({ id }: { id: string }) => id !== mine).id;
    await desk.ask('POST', `/api/v1/conversations/${mine}/merge`, { body: { into: theirs } });
    await answer(theirs, 'k1', { text: 'For the other one' });
    expect(await seen()).toEqual([]);
    await say('Hello again', 'ref-0003');
    expect((await seen()).map(({ text }: { text: string }) => text)).toEqual(['Hello again']);
  });

  it('hears answers live, and those only', async () => {
    await say('Hello', 'ref-0001');
    const [{ id }] = await conversations();
    const stream = await desk.running.fetch(
      new Request('http://127.0.0.1/chat/stream', {
        headers: { host: '127.0.0.1', 'x-chat-session': session },
      }),
    );
    const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
    await desk.mail(rawMail({ From: 'a@example.com', Subject: 'Somebody else' }));
    await answer(id, 'k1', { kind: 'note', text: 'Between us' });
    await answer(id, 'k2', { text: 'Live' });
    let text = '';
    while (!text.includes('data: ')) text += (await reader.read()).value ?? '';
    expect(JSON.parse(text.slice(text.indexOf('data: ') + 6))).toMatchObject({ mine: false, text: 'Live' });
    await reader.cancel();
  });

  it('must wait after writing very much at once, and is told how long', async () => {
    const answers = [];
    for (let at = 0; at < 25; at += 1) answers.push(await say(`line ${at}`, `ref-many-${at}`));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(5);
    expect(refused[0]!.headers.get('retry-after')).toBe('1');
    desk.clock.now += 1000;
    expect((await say('line 20', 'ref-many-20')).status).toBe(201);
  });

  it('needs a name and words', async () => {
    expect((await desk.ask('POST', '/chat/sessions', { body: { name: '   ' } })).status).toBe(400);
    expect((await say('  ', 'ref-0001')).status).toBe(400);
    expect((await say('x'.repeat(10_001), 'ref-0001')).status).toBe(400);
  });

  it('is forgotten where nobody knows the session', async () => {
    const lost = await desk.ask('GET', '/chat/messages', { headers: visitor('unknown') });
    expect([lost.status, lost.body.error.code]).toEqual([401, 'no_session']);
  });

  it('is known by a token that the store does not hold', async () => {
    const { visitors } = desk.running.desk.store.state;
    expect(visitors.size).toBe(1);
    expect(JSON.stringify([...visitors.values()])).not.toContain(session);
  });
});

describe('the chat page', () => {
  it('comes with a policy that allows its own files and nothing else', async () => {
    const page = await desk.ask('GET', '/chat', { headers: { authorization: '' } });
    const policy = page.headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(page.body).not.toMatch(/ on\w+=|<style|<script(?![^>]* src=)|style=/u);
    for (const [, path] of (page.body as string).matchAll(/(?:src|href)="(\/[^"]+)"/gu)) {
      expect((await desk.ask('GET', path!)).status, path).toBe(200);
    }
  });

  it('speaks four languages completely, each in words of its own', () => {
    const words: Record<string, Record<string, string>> = WORDS;
    expect(Object.keys(words)).toEqual(['en', 'ru', 'be', 'vi']);
    for (const [language, texts] of Object.entries(words)) {
      expect(Object.keys(texts), language).toEqual(Object.keys(WORDS.en));
      if (language === 'en') continue;
      for (const [key, text] of Object.entries(texts))
        expect(text, `${language}.${key}`).not.toBe(words['en']![key]);
    }
  });

  it('takes the first language of the browser that it speaks', () => {
    expect(languageOf(['fr-FR', 'vi-VN', 'en'])).toBe('vi');
    expect(languageOf(['be'])).toBe('be');
    expect(languageOf(['fr'])).toBe('en');
    expect(languageOf(['constructor'])).toBe('en');
  });
});

describe('the rate limit', () => {
  it('lets a burst through, then a steady rate, each key on its own, also when the clock goes back', () => {
    let now = 10_000;
    const limiter = new RateLimiter({ burst: 2, perSecond: 1 }, () => now);
    const taken = (key: string): boolean => {
      try {
        limiter.take(key);
        return true;
      } catch {
        return false;
      }
    };
    expect([taken('a'), taken('a'), taken('a'), taken('b')]).toEqual([true, true, false, true]);
    now -= 5000;
    expect(taken('a')).toBe(false);
    now += 1000;
    expect([taken('a'), taken('a')]).toEqual([true, false]);
  });
});
