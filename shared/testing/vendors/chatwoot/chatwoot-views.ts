/** The simulated server's answers, shaped like the views of the real one (`app/views/api/v1`). */
import type { ChatwootDesk, DeskConversation, DeskFile, DeskMessage } from './chatwoot-desk';

const seconds = (ms: number | null): number => (ms === null ? 0 : Math.floor(ms / 1_000));

export const HOST = 'https://chatwoot.invalid';

function fileView(file: DeskFile, message: DeskMessage, accountId: number): Record<string, unknown> {
  const address = `${HOST}/rails/active_storage/blobs/redirect/${file.key}/${encodeURIComponent(file.name)}`;
  return {
    id: file.id,
    message_id: message.id,
    file_type: file.mediaType.startsWith('image/') ? 'image' : 'file',
    account_id: accountId,
    extension: null,
    data_url: address,
    thumb_url: '',
    file_size: file.bytes.length,
  };
}

/** `_message.json.jbuilder` and `Message#push_event_data`, as far as they agree. */
export function messageView(
  desk: ChatwootDesk,
  conversation: DeskConversation,
  message: DeskMessage,
): Record<string, unknown> {
  return {
    id: message.id,
    content: message.content,
    account_id: desk.account.id,
    inbox_id: 1,
    conversation_id: conversation.id,
    message_type: message.type,
    content_type: message.contentAttributes['email'] === undefined ? 'text' : 'incoming_email',
    status: 'sent',
    content_attributes: message.contentAttributes,
    created_at: seconds(message.createdAt),
    private: message.private,
    source_id: null,
    ...(message.sender && { sender: message.sender }),
    ...(message.files.length > 0 && {
      attachments: message.files.map((file) => fileView(file, message, desk.account.id)),
    }),
  };
}

export function conversationView(
  desk: ChatwootDesk,
  conversation: DeskConversation,
  tellsUpdatedAt: boolean,
): Record<string, unknown> {
  const { contact, messages } = conversation;
  const assignee = desk.agents.find(({ id }) => id === conversation.assigneeId);
  const lastSaid = messages.findLast(({ type }) => type !== 2);
  const view = (message: DeskMessage | undefined): unknown =>
    message === undefined ? null : messageView(desk, conversation, message);
  return {
    meta: {
      sender: {
        additional_attributes: {},
        availability_status: 'offline',
        email: contact.email,
        id: contact.id,
        name: contact.name,
        phone_number: contact.phone,
        identifier: null,
        thumbnail: '',
        custom_attributes: {},
        last_activity_at: seconds(conversation.activeAt),
        created_at: seconds(contact.createdAt),
      },
      channel: conversation.channel,
      ...(assignee && {
        assignee: { id: assignee.id, name: assignee.name, email: assignee.email },
        assignee_type: 'User',
      }),
      hmac_verified: false,
    },
    id: conversation.id,
    messages: messages.length === 0 ? [] : [view(messages.at(-1))],
    account_id: desk.account.id,
    uuid: `00000000-0000-4000-8000-${String(conversation.id).padStart(12, '0')}`,
    additional_attributes:
      conversation.mailSubject === null ? {} : { mail_subject: conversation.mailSubject },
    agent_last_seen_at: 0,
    can_reply: true,
    custom_attributes: {},
    inbox_id: 1,
    labels: conversation.labels,
    muted: false,
    snoozed_until: null,
    status: conversation.status,
    created_at: seconds(conversation.createdAt),
    ...(tellsUpdatedAt && { updated_at: conversation.updatedAt / 1_000 }),
    timestamp: seconds(conversation.activeAt),
    first_reply_created_at: 0,
    unread_count: 0,
    last_non_activity_message: view(lastSaid),
    last_activity_at: seconds(conversation.activeAt),
    priority: conversation.priority,
    waiting_since: seconds(conversation.waitingSince),
  };
}
