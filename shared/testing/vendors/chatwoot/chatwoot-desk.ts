/** What a simulated Chatwoot keeps, and how it changes: models and callbacks of the real one, in short. */
import type { LeapingClock } from '../../leaping-clock';

export interface DeskFile {
  id: number;
  key: string;
  name: string;
  mediaType: string;
  bytes: Uint8Array;
}

export interface DeskMessage {
  id: number;
  /** 0 incoming, 1 outgoing, 2 activity, 3 template. */
  type: 0 | 1 | 2 | 3;
  content: string | null;
  private: boolean;
  contentAttributes: Record<string, unknown>;
  /** ms. */
  createdAt: number;
  sender: { id: number; name: string; type: 'contact' | 'user' | 'agent_bot' } | null;
  files: DeskFile[];
}

export interface DeskContact {
  id: number;
  name: string;
  email: string | null;
  phone: string | null;
  createdAt: number;
}

export interface DeskAgent {
  id: number;
  name: string;
  email: string;
  role: 'agent' | 'administrator';
  key: string;
}

export type DeskStatus = 'open' | 'resolved' | 'pending' | 'snoozed';

export interface DeskConversation {
  id: number;
  channel: string;
  mailSubject: string | null;
  contact: DeskContact;
  status: DeskStatus;
  priority: 'low' | 'medium' | 'high' | 'urgent' | null;
  assigneeId: number | null;
  labels: string[];
  /** ms. */
  createdAt: number;
  updatedAt: number;
  activeAt: number;
  waitingSince: number | null;
  messages: DeskMessage[];
  /** Agents who have no right to it. */
  hiddenFrom: Set<number>;
}

export class ChatwootDesk {
  readonly account = { id: 7, name: 'Sample Team' };
  readonly agents: DeskAgent[] = [
    { id: 11, name: 'Sample Agent', email: 'agent@desk.invalid', role: 'agent', key: 'sample-agent-key' },
    {
      id: 12,
      name: 'Other Agent',
      email: 'other@desk.invalid',
      role: 'administrator',
      key: 'other-agent-key',
    },
  ];
  readonly inboxes = [
    { id: 1, channel_type: 'Channel::WebWidget' },
    { id: 2, channel_type: 'Channel::Api' },
  ];
  /** Names of contacts that were made by the API. */
  readonly people = new Map<number, string>();
  readonly conversations = new Map<number, DeskConversation>();
  readonly canned: { id: number; shortCode: string; content: string }[] = [];
  readonly clock: LeapingClock;
  /** Hears of every event that the server announces. */
  onEvent: (event: string) => void = () => undefined;
  #lastId = 100;
  #jobs: (() => void)[] = [];

  constructor(clock: LeapingClock) {
    this.clock = clock;
  }

  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  /** Background jobs run between requests, never within one. */
  runJobs(): void {
    for (const job of this.#jobs.splice(0)) job();
  }

  open(channel: string, contact: Partial<DeskContact>, subject: string | null = null): DeskConversation {
    this.clock.pass(1_000);
    const now = this.clock.now();
    const id = this.nextId();
    const conversation: DeskConversation = {
      id,
      channel,
      mailSubject: subject,
      contact: {
        id: this.nextId(),
        name: `Sample Customer ${id}`,
        email: `customer${id}@example.invalid`,
        phone: null,
        createdAt: now,
        ...contact,
      },
      status: 'open',
      priority: null,
      assigneeId: null,
      labels: [],
      createdAt: now,
      updatedAt: now,
      activeAt: now,
      waitingSince: now,
      messages: [],
      hiddenFrom: new Set(),
    };
    this.conversations.set(id, conversation);
    return conversation;
  }

  /** `Message` with its callbacks. */
  add(conversation: DeskConversation, parts: Partial<DeskMessage>): DeskMessage {
    const message: DeskMessage = {
      id: this.nextId(),
      type: 0,
      content: null,
      private: false,
      contentAttributes: {},
      createdAt: this.clock.now(),
      sender: null,
      files: [],
      ...parts,
    };
    conversation.messages.push(message);
    conversation.activeAt = message.createdAt;
    this.touch(conversation);
    if (message.type === 0) {
      conversation.waitingSince ??= message.createdAt;
      if (conversation.status === 'resolved' || conversation.status === 'snoozed')
        conversation.status = 'open';
    }
    if (message.type === 1 && !message.private && message.sender?.type === 'user') {
      conversation.waitingSince = null;
    }
    return message;
  }

  touch(conversation: DeskConversation): void {
    conversation.updatedAt = Math.max(conversation.updatedAt + 1, this.clock.now());
    this.onEvent('conversation.updated');
  }

  customerSays(conversation: DeskConversation, text: string, files: DeskFile[] = []): DeskMessage {
    this.clock.pass(1_000);
    const { id, name } = conversation.contact;
    return this.add(conversation, { content: text, sender: { id, name, type: 'contact' }, files });
  }

  /** `Conversations#toggle_status` by an agent. */
  setStatus(conversation: DeskConversation, status: DeskStatus, by: DeskAgent): void {
    const changed = conversation.status !== status;
    conversation.status = status;
    if (status === 'resolved') conversation.waitingSince = null;
    if (status === 'open' && by.role === 'agent') conversation.assigneeId = by.id;
    this.touch(conversation);
    if (changed) this.#tellLater(conversation, `Conversation was marked ${status} by ${by.name}`);
  }

  assign(conversation: DeskConversation, agentId: number, by: DeskAgent): DeskAgent | null {
    const agent = this.agents.find(({ id }) => id === agentId) ?? null;
    conversation.assigneeId = agent?.id ?? null;
    this.touch(conversation);
    this.#tellLater(conversation, `Assigned to ${agent?.name ?? 'nobody'} by ${by.name}`);
    return agent;
  }

  setLabels(conversation: DeskConversation, labels: readonly string[]): void {
    // The tag list is parsed at commas, and knows each label once.
    conversation.labels = [
      ...new Set(labels.flatMap((label) => label.split(',')).map((label) => label.trim())),
    ];
    this.touch(conversation);
  }

  #tellLater(conversation: DeskConversation, content: string): void {
    this.#jobs.push(() => {
      if (this.conversations.has(conversation.id)) this.add(conversation, { type: 2, content });
    });
  }

  /** `MessagesController#destroy`: the text is replaced, the message stays. */
  deleteMessage(conversation: DeskConversation, messageId: number): void {
    const message = conversation.messages.find(({ id }) => id === messageId);
    if (message === undefined) return;
    message.content = 'This message was deleted';
    message.contentAttributes = { deleted: true };
    message.files = [];
    this.touch(conversation);
  }
}
