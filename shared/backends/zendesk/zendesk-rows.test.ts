import { describe, expect, it } from 'vitest';
import { nextOf } from './zendesk-threads';
import { mergedInto, readComment, readMacro, readTicket, type TicketRow } from './zendesk-rows';
import { usersOf } from './zendesk-people';

const TIME = '2026-03-01T12:00:00Z';
const person = (id: number, role: string) => ({
  id,
  name: `Sample ${role}`,
  email: 'sample@example.invalid',
  role,
  created_at: TIME,
  updated_at: TIME,
});
const users = usersOf([person(2, 'agent'), person(9, 'end-user'), { id: 'broken' }]);
const thread = { conversationId: '7', requesterId: '9', subject: 'Sample question', users };

const comment = (parts: Record<string, unknown> = {}) => ({
  id: 70,
  author_id: 9,
  body: 'Plain words',
  html_body: '<div class="zd-comment"><p>Plain words</p></div>',
  public: true,
  created_at: TIME,
  attachments: [],
  via: { channel: 'web', source: { from: {}, to: {}, rel: null } },
  metadata: { system: {} },
  ...parts,
});

const ticket = (parts: Record<string, unknown> = {}): TicketRow => ({
  of: 'ticket',
  id: '7',
  age: null,
  users,
  comments: [comment()],
  complete: true,
  label: null,
  ticket: {
    id: 7,
    subject: 'Sample question',
    description: 'Plain words',
    status: 'open',
    priority: null,
    requester_id: 9,
    assignee_id: null,
    tags: [],
    created_at: TIME,
    updated_at: TIME,
    via: { channel: 'web' },
    ...parts,
  },
});

describe('a comment of Zendesk', () => {
  it.each([
    ['a customer writes', { author_id: 9 }, 'inbound', 'contact'],
    ['an agent answers', { author_id: 2 }, 'reply', 'agent'],
    ['an agent notes', { author_id: 2, public: false }, 'note', 'agent'],
    ['Zendesk itself writes', { author_id: -1, public: false }, 'event', 'system'],
    ['somebody nobody knows writes', { author_id: 404 }, 'inbound', 'contact'],
  ])('where %s', (_title, parts, kind, type) => {
    expect(readComment(comment(parts), thread, 'a1')).toMatchObject({ kind, author: { type } });
  });

  it('of an agent who is the customer here is a customer’s', () => {
    const own = { ...thread, requesterId: '2' };
    expect(readComment(comment({ author_id: 2 }), own, 'a1').kind).toBe('inbound');
  });

  it('is HTML only where its markup says something; pictures in it come from the host', () => {
    const url = 'https://files.invalid/x?name=a.png&size=1';
    const file = { id: 5, file_name: 'a.png', content_type: 'image/png', size: 3, content_url: url };
    const html_body = `<p>See <img src="${url.replace('&', '&amp;')}"></p>`;
    const read = readComment(comment({ html_body, attachments: [{ ...file, inline: true }] }), thread, 'a1');
    expect(read.body).toEqual({ type: 'html', content: '<p>See <img src="cid:attachment-5"></p>' });
    expect(read.attachments).toMatchObject([{ id: '5', contentId: 'attachment-5', mediaType: 'image/png' }]);
    const gone = comment({ attachments: [{ ...file, deleted: true }] });
    expect(readComment(gone, thread, 'a1')).toMatchObject({
      body: { type: 'text', content: 'Plain words' },
      attachments: [],
    });
  });

  it('by mail has its addresses', () => {
    const from = { address: 'customer@example.invalid', name: 'Sample Customer' };
    const via = { channel: 'email', source: { from, to: { address: 'help@example.invalid' } } };
    expect(readComment(comment({ via }), thread, 'a1').email).toEqual({
      from: 'Sample Customer <customer@example.invalid>',
      to: ['help@example.invalid'],
      cc: [],
      subject: 'Sample question',
      messageId: null,
    });
  });
});

describe('a ticket of Zendesk', () => {
  it.each([
    ['email', 'email'],
    ['web', 'form'],
    ['api', 'form'],
    ['chat', 'chat'],
    ['native_messaging', 'chat'],
    ['voice', 'phone'],
    ['whatsapp', 'social'],
    ['instagram_dm', 'social'],
    ['line', 'social'],
    ['answer_bot_for_web_widget', 'bot'],
  ])('that came by %s is of the channel %s', (word, channel) => {
    expect(readTicket(ticket({ via: { channel: word } }), 'a1').channel).toBe(channel);
  });

  it('of a network says who can read it', () => {
    const from = { profile_url: 'https://network.invalid/sample' };
    const of = (rel: string) =>
      readTicket(ticket({ via: { channel: 'twitter', source: { rel, from } } }), 'a1').social;
    expect(of('mention')).toEqual({
      network: 'twitter',
      visibility: 'public',
      permalink: 'https://network.invalid/sample',
    });
    expect(of('direct_message')?.visibility).toBe('direct');
  });

  it('says of its comments what can be read of them', () => {
    const row = ticket();
    const read = readTicket({ ...row, comments: [{ id: 71 }, ...(row.comments ?? [])] }, 'a1');
    expect(read).toMatchObject({ lastMessageId: '70', messageCount: 1, contactName: 'Sample end-user' });
  });

  it('without a needed field is told by its name', () => {
    const row = ticket();
    const { tags: _left, ...rest } = row.ticket as Record<string, unknown>;
    expect(() => readTicket({ ...row, ticket: rest }, 'a1')).toThrow('tags');
  });
});

describe('where a merged ticket lives now', () => {
  it('is told by the link of the merge before any words', () => {
    const link = (ends: object) => ({ channel: 'system', source: { rel: 'merge', ...ends } });
    const body = 'See #5';
    expect(mergedInto('7', [comment({ body, via: link({ from: { ticket_id: 8 } }) })])).toBe('8');
    const both = link({ from: { ticket_id: 7 }, to: { ticket_id: 9 } });
    expect(mergedInto('7', [comment({ body, via: both })])).toBe('9');
  });

  it('is not known where nothing names a ticket', () => {
    expect(mergedInto('7', [comment(), { id: 'broken' }])).toBeNull();
  });
});

describe('a macro of Zendesk', () => {
  const macro = (actions: unknown, parts = {}) => ({
    id: 3,
    title: 'Billing::Refund::Sorry',
    active: true,
    actions,
    ...parts,
  });

  it('that writes something is a saved reply, filed as its title says', () => {
    expect(readMacro(macro([{ field: 'comment_value', value: 'We are sorry' }]), 'a1')).toMatchObject([
      {
        kind: 'savedReply',
        row: {
          title: 'Sorry',
          folder: 'Billing / Refund',
          body: { type: 'text', content: 'We are sorry' },
        },
      },
    ]);
  });

  it('may name channels before its text, and may be HTML', () => {
    const actions = [{ field: 'comment_value_html', value: ['channel:all', '<p>Hello</p>'] }];
    expect(readMacro(macro(actions), 'a1')).toMatchObject([
      { row: { body: { type: 'html', content: '<p>Hello</p>' } } },
    ]);
  });

  it('that only sets fields is none, and one that was switched off is gone', () => {
    expect(readMacro(macro([{ field: 'status', value: 'solved' }]), 'a1')).toEqual([]);
    expect(readMacro(macro([], { active: false }), 'a1')).toMatchObject([{ id: '3', row: null }]);
  });
});

describe('the end of a list of Zendesk', () => {
  it('is told by its meta, and where an archived ticket has none, by the lack of a next page', () => {
    expect(nextOf({ meta: { has_more: true, after_cursor: 'a' } })).toBe('a');
    expect(nextOf({ meta: { has_more: false, after_cursor: 'a' } })).toBeNull();
    expect(nextOf({ audits: [], next_page: null })).toBeNull();
    expect(() => nextOf({ audits: [], next_page: 'https://sample.zendesk.invalid/?page=2' })).toThrow('meta');
  });
});
