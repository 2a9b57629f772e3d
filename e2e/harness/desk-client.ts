/**
 * The helpdesk as its customers and its own books know it: writes in as customers do, and reads
 * back what really arrived. Tests judge by this, never by what the console says of itself.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import PostalMime, { type Email } from 'postal-mime';

export interface DeskConversation {
  id: string;
  channel: string;
  subject: string;
  status: string;
  priority: string;
  assignee_id: string | null;
  contact: { id: string; name: string };
  tags: string[];
  message_count: number;
  waiting_since: string | null;
}

export interface DeskMessage {
  id: string;
  conversation_id: string;
  kind: 'inbound' | 'reply' | 'note' | 'event';
  author: { type: string; name: string };
  created_at: string;
  body: { type: string; content: string };
  client_ref: string | null;
}

export interface SocialPost {
  network: string;
  visibility: 'public' | 'direct';
  permalink: string;
  author: { handle: string; name: string };
  text: string;
  external_id: string;
  in_reply_to?: string;
}

export interface OutgoingSocial {
  network: string;
  visibility: 'public' | 'direct';
  in_reply_to: string | null;
  text: string;
}

/** A mail that left, parsed. */
export interface OutgoingMail {
  file: string;
  mail: Email;
}

export class DeskClient {
  constructor(
    private readonly desk: { url: string; token: string; dataDir: string },
    /** Where to reach it when it is not where it was (started again on another port). */
    private readonly url: string = desk.url,
  ) {}

  async mail(raw: string | Uint8Array): Promise<void> {
    const body = typeof raw === 'string' ? new TextEncoder().encode(raw) : new Uint8Array(raw);
    await this.#send('POST', 'inbound/email', body, 'message/rfc822');
  }

  async social(post: SocialPost): Promise<void> {
    await this.#send('POST', 'inbound/social', JSON.stringify(post), 'application/json');
  }

  async conversations(): Promise<DeskConversation[]> {
    return this.#all<DeskConversation>('api/v1/conversations');
  }

  async conversation(subjectOrName: string): Promise<DeskConversation> {
    const all = await this.conversations();
    const found = all.find((each) => each.subject === subjectOrName || each.contact.name === subjectOrName);
    if (found === undefined) {
      const known = all.map((each) => `${each.subject} (${each.contact.name})`).join('\n');
      throw new Error(`The helpdesk has no conversation ${subjectOrName}. It has:\n${known}`);
    }
    return found;
  }

  async messages(conversationId: string): Promise<DeskMessage[]> {
    const items: DeskMessage[] = [];
    let before: string | null = null;
    do {
      const query: string = before === null ? '' : `&before=${encodeURIComponent(before)}`;
      const page = (await this.#get(
        `api/v1/conversations/${encodeURIComponent(conversationId)}/messages?limit=100${query}`,
      )) as { items: DeskMessage[]; before: string | null };
      items.unshift(...page.items);
      before = page.before;
    } while (before !== null);
    return items;
  }

  /** Replies and notes with exactly this text, over the whole helpdesk: 1 means "arrived once". */
  async timesArrived(text: string): Promise<number> {
    const all = await this.#all<DeskMessage>('api/v1/messages');
    return all.filter((each) => each.kind !== 'inbound' && plain(each.body.content) === text).length;
  }

  /** Answers the helpdesk handed to the mail system, oldest first. */
  async outgoingMails(): Promise<OutgoingMail[]> {
    const folder = join(this.desk.dataDir, 'maildir', 'new');
    const files = await readdir(folder).catch(() => [] as string[]);
    return Promise.all(
      files
        .sort()
        .map(async (file) => ({ file, mail: await PostalMime.parse(await readFile(join(folder, file))) })),
    );
  }

  /**
   * The outgoing mails once there are this many. A mail is written a moment after its reply was
   * acknowledged, from the journal; the caller then judges what is there, one too many included.
   */
  async mailsOnceThere(count: number): Promise<OutgoingMail[]> {
    await expect.poll(async () => (await this.outgoingMails()).length).toBeGreaterThanOrEqual(count);
    return this.outgoingMails();
  }

  /** Answers handed to the social networks, oldest first. */
  async outgoingSocial(): Promise<OutgoingSocial[]> {
    return this.#all<OutgoingSocial>('outgoing/social');
  }

  get chatUrl(): string {
    return `${this.url}chat`;
  }

  async #all<T>(path: string): Promise<T[]> {
    const items: T[] = [];
    let cursor = '';
    for (;;) {
      const page = (await this.#get(
        `${path}?limit=200${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
      )) as {
        items: (T & { deleted?: boolean })[];
        next_cursor: string;
        has_more: boolean;
      };
      items.push(...page.items.filter((each) => each.deleted !== true));
      cursor = page.next_cursor;
      if (!page.has_more) return items;
    }
  }

  async #get(path: string): Promise<unknown> {
    return (await this.#send('GET', path, null, null)).json();
  }

  async #send(
    method: string,
    path: string,
    body: string | Uint8Array<ArrayBuffer> | null,
    type: string | null,
  ): Promise<Response> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      body,
      headers: {
        authorization: `Bearer ${this.desk.token}`,
        ...(type === null ? {} : { 'content-type': type }),
      },
    });
    if (!response.ok)
      throw new Error(`${method} ${path} was answered ${response.status}: ${await response.text()}`);
    return response;
  }
}

/** Text of a body, whether it was stored as text or as simple HTML. */
function plain(content: string): string {
  return content.replace(/<[^>]+>/g, '').trim();
}
