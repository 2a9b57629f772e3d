/** The simulated server's answers, shaped like the samples of the documentation. */
import type { DeskAgent, DeskEntry, DeskFile, DeskTicket } from './freshdesk-desk';

export const HOST = 'https://sample.freshdesk.invalid';
/** Files lie in a store of another host, under signed addresses. */
export const STORE = 'https://store.invalid';

/** Times are told to the second. */
export const iso = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
const isoOrNull = (ms: number | null): string | null => (ms === null ? null : iso(ms));

const textOf = (html: string): string =>
  html
    .replaceAll('<br>', '\n')
    .replace(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

function fileView({ id, name, mediaType, bytes }: DeskFile, now: number): Record<string, unknown> {
  return {
    id,
    name,
    content_type: mediaType,
    size: bytes.length,
    created_at: iso(now),
    updated_at: iso(now),
    attachment_url: `${STORE}/files/${id}/${encodeURIComponent(name)}?Expires=${Math.floor(now / 1_000) + 300}`,
  };
}

export function ticketView(
  ticket: DeskTicket,
  include: readonly string[],
  alone: boolean,
  now: number,
): unknown {
  const described = alone || include.includes('description');
  return {
    cc_emails: [],
    fwd_emails: [],
    reply_cc_emails: [],
    fr_escalated: false,
    spam: ticket.spam,
    email_config_id: null,
    group_id: null,
    priority: ticket.priority,
    requester_id: ticket.requester.id,
    responder_id: ticket.responderId,
    source: ticket.source,
    status: ticket.status,
    subject: ticket.subject,
    to_emails: null,
    product_id: null,
    id: ticket.id,
    type: null,
    created_at: iso(ticket.createdAt),
    updated_at: iso(ticket.updatedAt),
    due_by: iso(ticket.createdAt + 86_400_000),
    fr_due_by: iso(ticket.createdAt + 3_600_000),
    is_escalated: false,
    custom_fields: {},
    tags: ticket.tags,
    ...(ticket.deleted && { deleted: true }),
    ...(alone && { attachments: ticket.files.map((file) => fileView(file, now)) }),
    ...(described && { description: `<div>${ticket.html}</div>`, description_text: textOf(ticket.html) }),
    ...(include.includes('requester') && { requester: { ...ticket.requester, mobile: null, phone: null } }),
    ...(include.includes('stats') && {
      stats: {
        agent_responded_at: isoOrNull(ticket.agentRespondedAt),
        requester_responded_at: isoOrNull(ticket.requesterRespondedAt),
        first_responded_at: isoOrNull(ticket.agentRespondedAt),
        resolved_at: null,
        closed_at: null,
      },
    }),
  };
}

export function entryView(ticket: DeskTicket, entry: DeskEntry, now: number): unknown {
  return {
    body: `<div>${entry.html}</div>`,
    body_text: textOf(entry.html),
    id: entry.id,
    incoming: entry.incoming,
    private: entry.private,
    user_id: entry.userId,
    support_email: null,
    source: entry.private ? 2 : 0,
    ticket_id: ticket.id,
    created_at: iso(entry.createdAt),
    updated_at: iso(entry.createdAt),
    from_email: entry.fromEmail,
    to_emails: [],
    cc_emails: [],
    bcc_emails: null,
    attachments: entry.files.map((file) => fileView(file, now)),
    last_edited_at: null,
    last_edited_user_id: null,
  };
}

export function agentView({ id, name, email }: DeskAgent): unknown {
  return {
    id,
    available: true,
    occasional: false,
    ticket_scope: 1,
    type: 'support_agent',
    contact: { active: true, email, name, job_title: null, language: 'en', mobile: null, phone: null },
    created_at: '2026-01-01T00:00:00Z',
    updated_at: '2026-01-01T00:00:00Z',
  };
}
