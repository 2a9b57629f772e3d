/** What the fields of each kind want, in the words that editors show. */

const TIME = 'ISO text with its zone, or milliseconds since the epoch.';
/** By the name of the field. */
export const WANTS: Readonly<Record<string, string>> = {
  id: 'A text or a number that never changes.',
  status: 'Their word; `words.status` says what it means.',
  statusLabel: 'What is shown beside our word; left out: their word.',
  priority: 'Their word; `words.priority` says what it means.',
  channel: 'Their word, or a fixed one; `words.channel` says what it means.',
  kind: 'inbound, reply, note or event.',
  createdAt: TIME,
  updatedAt: TIME,
  lastMessageAt: TIME,
  waitingSince: `Since when the customer waits. ${TIME}`,
  preview: 'The start of the newest public message.',
  lastMessageId: 'The id of the newest message.',
  version: 'What `ifVersion` sends back, where the server refuses a reply to a thread that moved.',
  tags: 'A list of texts.',
  text: 'The message as plain text.',
  html: 'The message as HTML; it goes before `text`.',
  clientRef: 'The `ref` that our own request carried, where the server gives it back.',
  attachments: 'A list of id, name, mediaType, size in bytes, and contentId of an inline image.',
  email: 'from, to, cc, subject, messageId.',
  social: 'network, visibility (public or direct), permalink.',
  conversationId: 'Whose message it is; in `history` it may be left out.',
  authorType: 'contact, agent or system; left out: by the kind.',
  handles: 'A list of network:handle.',
};
