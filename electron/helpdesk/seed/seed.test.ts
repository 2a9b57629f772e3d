import { CHANNELS } from '@shared/domain/entities';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NOON, openTestHelpdesk, type TestHelpdesk, type WireConversation } from '../helpdesk.test-data';
import { fillWithSamples, sampleThreads } from './fill';
import { handWrittenThreads } from './hand-written';
import { PHRASES } from './phrases';
import { readThreads, TOPICS } from './sample-thread';

const textsOf = (count: number, seed?: number): string[] =>
  [...sampleThreads(count, seed)].map(({ who, turns }) =>
    [who, ...turns.map(({ body }) => body.content)].join('\n'),
  );

describe('the sample conversations', () => {
  it('written by hand are dozens, over every channel and topic, with several turns in most', () => {
    const threads = handWrittenThreads();
    expect(threads.length).toBeGreaterThanOrEqual(50);
    expect(new Set(threads.map(({ channel }) => channel))).toEqual(new Set(CHANNELS));
    expect(new Set(threads.map(({ topic }) => topic))).toEqual(new Set(TOPICS));
    expect(threads.filter(({ turns }) => turns.length >= 3).length).toBeGreaterThan(threads.length / 2);
    expect(new Set(threads.map(({ turns }) => turns[0]!.body.content)).size).toBe(threads.length);
  });

  it('are plainly invented people', () => {
    for (const { who } of sampleThreads(500)) {
      expect(who).toMatch(/sample|𝓢𝓪𝓶𝓹𝓵𝓮|тестов|пример|тэстав|mẫu|تجريبي|לדוגמה/iu);
    }
  });

  it('beyond those are composed in four languages, nearly all different', () => {
    const composed = textsOf(3000).slice(100);
    expect(new Set(composed).size).toBeGreaterThan(composed.length * 0.99);
    for (const [name, pattern] of [
      ['ru', /Здравствуйте/u],
      ['be', /Добры дзень/u],
      ['vi', /Xin chào/u],
      ['en', /Hello/u],
    ] as const) {
      expect(composed.filter((text) => pattern.test(text)).length, name).toBeGreaterThan(20);
    }
  });

  it('are the same for the same numbers, and others for another seed', () => {
    expect(textsOf(300)).toEqual(textsOf(300));
    expect(textsOf(300, 7).slice(100)).not.toEqual(textsOf(300, 8).slice(100));
  });

  it('have phrases for every topic in every language', () => {
    const names = [...PHRASES.en.keys()];
    for (const [language, phrases] of Object.entries(PHRASES)) {
      expect([...phrases.keys()], language).toEqual(names);
      for (const topic of TOPICS.filter((one) => one !== 'risk')) {
        for (const line of phrases.get(topic)!)
          expect(line.split('|'), `${language}: ${line}`).toHaveLength(2);
      }
    }
  });

  it('that are written wrongly are named', () => {
    expect(() => readThreads('=== pigeon payments\nwho: x\nstatus: new\n> customer\nhi')).toThrow(/pigeon/u);
  });
});

describe('filling a helpdesk', () => {
  let desk: TestHelpdesk;
  beforeEach(async () => {
    desk = await openTestHelpdesk();
  });
  afterEach(() => desk.close());

  const fill = (count: number) => fillWithSamples(desk.running.desk, desk.running.mail, count);
  const all = async (): Promise<WireConversation[]> =>
    (await desk.ask('GET', '/api/v1/conversations?limit=200')).body.items;

  it('makes as many as asked, with the awkward ones among the first sixty, and sends nothing out', async () => {
    expect(await fill(60)).toBe(60);
    await desk.running.mailSent();
    const rows = await all();
    expect(rows).toHaveLength(60);
    expect(Math.max(...rows.map(({ message_count: count }) => count))).toBe(300);
    expect(rows.some(({ subject }) => subject === '')).toBe(true);
    expect(rows.some(({ subject }) => subject.length > 900)).toBe(true);
    expect(rows.some(({ subject }) => /\p{Script=Arabic}/u.test(subject))).toBe(true);
    const messages = (await Promise.all(rows.map(({ id }) => desk.messages(id)))).flat();
    expect(messages.some(({ body }) => body.content.length >= 2 * 1024 * 1024)).toBe(true);
    expect(messages.some(({ body }) => body.content.includes('tracker.example'))).toBe(true);
    const inline = messages
      .flatMap(({ attachments }) => attachments)
      .find(({ content_id: id }) => id !== null);
    const picture = await desk.ask('GET', `/api/v1/attachments/${inline!.id}`);
    expect([picture.headers.get('content-type'), picture.body.slice(1, 4)]).toEqual(['image/png', 'PNG']);
    expect((await desk.ask('GET', '/outgoing/social')).body.items).toEqual([]);
    expect(desk.running.desk.store.state.mailReplies).toEqual([]);
  });

  it('looks alive: some wait for minutes, some for hours, none from the future', async () => {
    await fill(60);
    const waits = (await all()).flatMap(({ waiting_since: since }) =>
      since === null ? [] : [NOON - Date.parse(since)],
    );
    expect(waits.filter((wait) => wait < 15 * 60_000).length).toBeGreaterThan(3);
    expect(waits.filter((wait) => wait > 3_600_000).length).toBeGreaterThan(3);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(0);
  });

  it('changes nothing where there is something already', async () => {
    await fill(3);
    expect(await fill(50)).toBeNull();
    expect(await all()).toHaveLength(3);
  });

  it('leaves conversations that go on like any other: an answer leaves as mail', async () => {
    await fill(60);
    const mail = (await all()).find(
      ({ channel, waiting_since: since }) => channel === 'email' && since !== null,
    )!;
    const path = `/api/v1/conversations/${mail.id}/messages`;
    const { body } = await desk.ask('POST', path, { key: 'k1', body: { kind: 'reply', text: 'Hello' } });
    expect(body.message.email.to[0]).toMatch(/^customer\.\d+@example\.com$/u);
    await desk.running.mailSent();
    expect(desk.running.desk.store.state.mailed.has(body.message.id)).toBe(true);
  });
});
