import { describe, expect, it } from 'vitest';
import { aConversation, aMessage } from '../testing/builders';
import { maskChange, maskConversation, maskMessage } from './mask-rows';

/** A number for tests, as issuers publish it; it belongs to nobody. */
const CARD = '4111 1111 1111 1111';
const DOTS = '•••• •••• •••• 1111';

describe('rows on their way in', () => {
  it('carry no card number in subject, preview, words, file names, whatever the body is', () => {
    const conversation = maskConversation({
      ...aConversation(),
      subject: `My card ${CARD}`,
      preview: CARD.replaceAll(' ', ''),
    });
    expect(conversation.subject).toBe(`My card ${DOTS}`);
    expect(conversation.preview).not.toMatch(/\d{5}/);
    const email = { from: 'a@b.invalid', to: [], cc: [], subject: CARD, messageId: null };
    const file = { id: 'f', name: `${CARD}.png`, mediaType: 'image/png', size: 1, contentId: null };
    const message = maskMessage({
      ...aMessage(),
      body: { type: 'html', content: `<p>Card:&nbsp;<b>${CARD}</b></p>` },
      email,
      attachments: [file],
    });
    expect(message.body.content).toBe(`<p>Card:&nbsp;<b>${DOTS}</b></p>`);
    expect([message.email?.subject, message.attachments[0]?.name]).toEqual([DOTS, `${DOTS}.png`]);
  });

  it('finds numbers in other digits and with unseen characters between them', () => {
    const wide = [...CARD]
      .map((char) => (char === ' ' ? ' ' : String.fromCharCode(char.charCodeAt(0) + 0xfee0)))
      .join('');
    const hidden = CARD.replaceAll(' ', '').split('').join('\u200b');
    for (const text of [wide, hidden]) {
      const { body } = maskMessage({ ...aMessage(), body: { type: 'text', content: text } });
      expect(body.content).toContain('•');
    }
  });

  it('are the very same objects when there is nothing to hide: an order number stays what it is', () => {
    const conversation = { ...aConversation(), subject: 'Order 1234567890123456, paid 12.05.2026' };
    const message = { ...aMessage(), body: { type: 'text', content: 'Call +375 29 123-45-67' } as const };
    expect(maskConversation(conversation)).toBe(conversation);
    expect(maskMessage(message)).toBe(message);
    const gone = { kind: 'message', id: 'm1', row: null, movedTo: null } as const;
    expect(maskChange(gone)).toBe(gone);
  });
});
