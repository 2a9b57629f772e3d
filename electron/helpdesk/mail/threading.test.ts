import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestHelpdesk, rawMail, type TestHelpdesk } from '../helpdesk.test-data';
import { conversationNamedIn, messageIdOf, threadAddress } from './identity';

let desk: TestHelpdesk;
let id = '';
const OPENING = {
  From: 'Sample Olga <olga@example.com>',
  To: 'support@helpdesk.invalid',
  Subject: 'Deposit',
  'Message-ID': '<1@example.com>',
};
beforeEach(async () => {
  desk = await openTestHelpdesk();
  id = (await desk.mail(rawMail(OPENING))).conversation_id;
});
afterEach(() => desk.close());

const follow = (fields: Record<string, string>, text?: string) =>
  desk.mail(
    rawMail({ From: 'olga@example.com', 'Message-ID': `<${Math.random()}@example.com>`, ...fields }, text),
  );
const answer = async (text: string, key: string): Promise<string> =>
  (await desk.ask('POST', `/api/v1/conversations/${id}/messages`, { key, body: { kind: 'reply', text } }))
    .body.message.email.message_id;

describe('a mail finds its conversation', () => {
  it('by In-Reply-To', async () => {
    expect((await follow({ 'In-Reply-To': '<1@example.com>' })).conversation_id).toBe(id);
  });

  it('by the newest of its References that is known', async () => {
    const other = (await follow({ Subject: 'Other', 'Message-ID': '<2@example.com>' })).conversation_id;
    expect((await follow({ References: '<1@example.com> <2@example.com> <x@y>' })).conversation_id).toBe(
      other,
    );
  });

  it('by the Message-ID of our answer', async () => {
    const ours = await answer('Hello', 'k1');
    expect((await follow({ 'In-Reply-To': ours })).conversation_id).toBe(id);
  });

  it('by the address of our Reply-To, when a program lost the headers', async () => {
    const to = threadAddress(desk.running.mail, id);
    expect((await follow({ To: `Support <${to.toUpperCase()}>` })).conversation_id).toBe(id);
  });

  it('not by an address that somebody made up', async () => {
    const made = threadAddress({ domain: 'helpdesk.invalid', secret: 'guessed', authservId: null }, id);
    expect((await follow({ To: made })).conversation_id).not.toBe(id);
    expect(conversationNamedIn(desk.running.mail, made)).toBeNull();
  });

  it('not by a subject that is merely the same', async () => {
    expect((await follow({ Subject: 'Re: Deposit' })).conversation_id).not.toBe(id);
  });

  it('in a new one, when its conversation was deleted', async () => {
    await desk.ask('DELETE', `/api/v1/conversations/${id}`);
    const later = await follow({ 'In-Reply-To': '<1@example.com>' });
    expect(later.conversation_id).not.toBe(id);
    expect((await desk.conversation(later.conversation_id)).status).toBe('new');
  });

  it('and reopens it', async () => {
    await desk.ask('PATCH', `/api/v1/conversations/${id}`, { key: 'p', body: { status: 'resolved' } });
    desk.clock.now += 5000;
    await follow({ 'In-Reply-To': '<1@example.com>' });
    const { status, waiting_since: waiting } = await desk.conversation(id);
    expect(status).toBe('open');
    expect(waiting).not.toBeNull();
  });
});

describe('a mail is taken once', () => {
  it('by its Message-ID, also after a restart', async () => {
    const first = await desk.messages(id);
    await desk.restart();
    const again = await desk.mail(rawMail(OPENING, 'Other words'));
    expect(again).toEqual({ result: 'duplicate', conversation_id: id, message_id: first[0]!.id });
    expect(await desk.messages(id)).toEqual(first);
  });

  it('by its bytes, when it has no Message-ID', async () => {
    const raw = rawMail({ From: 'a@example.com', Subject: 'No id' });
    const first = await desk.mail(raw);
    expect((await desk.mail(raw)).message_id).toBe(first.message_id);
    expect((await desk.mail(`${raw}!`)).message_id).not.toBe(first.message_id);
  });

  it('also when it arrives twice at the same moment', async () => {
    const raw = rawMail({ From: 'a@example.com', 'Message-ID': '<twice@example.com>' });
    const both = await Promise.all([desk.mail(raw), desk.mail(raw)]);
    expect(both.map(({ result }) => result).sort()).toEqual(['accepted', 'duplicate']);
  });

  it('and the same person is the same contact', async () => {
    const second = await follow({ From: 'OLGA@EXAMPLE.COM', Subject: 'Other' });
    expect((await desk.conversation(second.conversation_id)).contact).toEqual(
      (await desk.conversation(id)).contact,
    );
  });
});

describe('machines that write', () => {
  it('do not reopen, nobody waits for an answer to them, and they are marked', async () => {
    await answer('Hello', 'k1');
    await desk.ask('PATCH', `/api/v1/conversations/${id}`, { key: 'p', body: { status: 'resolved' } });
    await follow({ 'In-Reply-To': '<1@example.com>', 'Auto-Submitted': 'auto-replied' }, 'I am away');
    expect(await desk.conversation(id)).toMatchObject({
      status: 'resolved',
      waiting_since: null,
      tags: ['auto-reply'],
    });
  });

  it('bring a bounce to the conversation whose answer came back', async () => {
    const ours = await answer('Hello', 'k1');
    const bounce = await follow(
      {
        From: 'MAILER-DAEMON@example.com',
        Subject: 'Undelivered',
        'Content-Type': 'multipart/report; report-type=delivery-status; boundary=b',
      },
      `--b\r\nContent-Type: text/plain\r\n\r\nCould not deliver\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: ${ours}\r\n--b--\r\n`,
    );
    expect(bounce.conversation_id).toBe(id);
    expect((await desk.conversation(id)).tags).toContain('bounced');
  });

  it('that send our own mail back are left out', async () => {
    const ours = await answer('Hello', 'k1');
    const loop = await follow({ 'Message-ID': ours });
    const fromUs = await follow({ From: 'Support <support@helpdesk.invalid>' });
    expect([loop.result, fromUs.result]).toEqual(['own', 'own']);
    expect(await desk.messages(id)).toHaveLength(2);
  });
});

describe('ids and addresses of our own', () => {
  it('name their conversation, and only with the right code', () => {
    const mail = desk.running.mail;
    const ours = messageIdOf(mail, 'c1042', 'm1043');
    expect(conversationNamedIn(mail, ours)).toBe('c1042');
    expect(conversationNamedIn(mail, ours.replace('c1042', 'c1043'))).toBeNull();
    expect(conversationNamedIn(mail, ours.replace('helpdesk.invalid', 'example.com'))).toBeNull();
  });
});
