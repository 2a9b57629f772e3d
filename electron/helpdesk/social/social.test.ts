import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestHelpdesk, type TestHelpdesk } from '../helpdesk.test-data';

let desk: TestHelpdesk;
beforeEach(async () => {
  desk = await openTestHelpdesk();
});
afterEach(() => desk.close());

const POST = {
  network: 'threads',
  visibility: 'public',
  permalink: 'https://threads.example/p/1',
  author: { handle: '@olga_sample', name: 'Sample Olga' },
  text: 'Day three without an answer',
  external_id: 'post-1',
};
const post = async (fields: object) =>
  (await desk.ask('POST', '/inbound/social', { body: { ...POST, ...fields } })).body;
const answer = (id: string, text: string, key: string) =>
  desk.ask('POST', `/api/v1/conversations/${id}/messages`, { key, body: { kind: 'reply', text } });
const outgoing = async (query = '') => (await desk.ask('GET', `/outgoing/social${query}`)).body;

describe('a social message', () => {
  it('becomes a conversation that knows its network, who can read it and where it stands', async () => {
    const { conversation_id: id, result } = await post({});
    expect(result).toBe('accepted');
    expect(await desk.conversation(id)).toMatchObject({
      channel: 'social',
      subject: POST.text,
      contact: { name: 'Sample Olga' },
      social: { network: 'threads', visibility: 'public', permalink: POST.permalink },
    });
    const [contact] = (await desk.ask('GET', '/api/v1/contacts')).body.items;
    expect(contact.handles).toEqual(['threads:olga_sample']);
  });

  it('is taken once for its id on its network', async () => {
    const first = await post({});
    await desk.restart();
    expect(await post({ text: 'again' })).toMatchObject({
      result: 'duplicate',
      message_id: first.message_id,
    });
    expect((await post({ network: 'telegram' })).result).toBe('accepted');
  });

  it('joins the thread of the post or answer it replies to', async () => {
    const { conversation_id: id } = await post({});
    const reply = await answer(id, 'We are here', 'k1');
    expect((await post({ external_id: 'post-2', in_reply_to: 'post-1' })).conversation_id).toBe(id);
    expect((await post({ external_id: 'post-3', in_reply_to: reply.body.message.id })).conversation_id).toBe(
      id,
    );
    expect((await post({ external_id: 'post-4' })).conversation_id).not.toBe(id);
  });

  it('joins the last direct messages of the same person, and not those of another', async () => {
    const direct = { visibility: 'direct', permalink: null };
    const first = await post({ ...direct, external_id: 'dm-1' });
    const second = await post({ ...direct, external_id: 'dm-2' });
    const other = await post({
      ...direct,
      external_id: 'dm-3',
      author: { handle: 'other', name: 'Sample Other' },
    });
    expect(second.conversation_id).toBe(first.conversation_id);
    expect(other.conversation_id).not.toBe(first.conversation_id);
    await desk.restart();
    expect((await post({ ...direct, external_id: 'dm-4' })).conversation_id).toBe(first.conversation_id);
  });

  it('is refused with a link that is no web address', async () => {
    const refused = await desk.ask('POST', '/inbound/social', {
      body: { ...POST, permalink: 'javascript:alert(1)' },
    });
    expect([refused.status, Object.keys(refused.body.error.fields)]).toEqual([400, ['permalink']]);
  });
});

describe('answers to social messages', () => {
  it('are listed once with what they answer, in order, page by page, also after a restart', async () => {
    const { conversation_id: id } = await post({});
    await answer(id, 'First', 'k1');
    await answer(id, 'First', 'k1');
    await post({ external_id: 'post-2', in_reply_to: 'post-1' });
    await answer(id, 'Second', 'k2');
    await desk.ask('POST', `/api/v1/conversations/${id}/messages`, {
      key: 'n1',
      body: { kind: 'note', text: 'x' },
    });
    await desk.restart();
    const all = await outgoing();
    expect(all.items).toMatchObject([
      { text: 'First', in_reply_to: 'post-1', network: 'threads', visibility: 'public', conversation_id: id },
      { text: 'Second', in_reply_to: 'post-2', author: 'Sample Agent Anna' },
    ]);
    const first = await outgoing('?limit=1');
    expect([first.items.length, first.has_more]).toEqual([1, true]);
    const rest = await outgoing(`?cursor=${first.next_cursor}`);
    expect([rest.items.map(({ text }: { text: string }) => text), rest.has_more]).toEqual([
      ['Second'],
      false,
    ]);
  });
});
