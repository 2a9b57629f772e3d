/**
 * An invented conversation as it is written by hand, and the reader of the text files in
 * `threads/`:
 *
 *   === channel topic
 *   who: …        further lines `name: value`; `ago` is the age of the last turn in minutes
 *   > customer    then the turns; `+35` means 35 minutes after the turn before
 *   text
 *   > agent +35
 *   text
 */
import {
  CHANNELS,
  PRIORITIES,
  STATUSES,
  type Channel,
  type Priority,
  type Status,
} from '@shared/domain/entities';

export const TOPICS = [
  'payments',
  'withdrawals',
  'logins',
  'rules',
  'bonuses',
  'faults',
  'complaints',
  'risk',
] as const;
export type Topic = (typeof TOPICS)[number];

export interface SampleFile {
  name: string;
  mediaType: string;
  contentId: string | null;
  bytes: Uint8Array;
}

export interface SampleTurn {
  voice: 'customer' | 'agent' | 'note';
  /** Minutes since the turn before; 0 for the first. */
  after: number;
  body: { type: 'text' | 'html'; content: string };
  files: readonly SampleFile[];
  automatic: boolean;
}

export interface SampleThread {
  channel: Channel;
  topic: Topic;
  who: string;
  phone: string | null;
  handle: string | null;
  social: { network: string; visibility: 'public' | 'direct' } | null;
  /** `null` takes the start of the text; '' is an empty subject. */
  subject: string | null;
  status: Status;
  priority: Priority;
  /** Number of the agent it is assigned to, from 1. */
  agent: number | null;
  tags: readonly string[];
  /** Age of the last turn in minutes. */
  ago: number;
  turns: readonly SampleTurn[];
}

/** A turn of plain text. */
export function turn(voice: SampleTurn['voice'], after: number, text: string): SampleTurn {
  return { voice, after, body: { type: 'text', content: text }, files: [], automatic: false };
}

/** Reads a file of threads. @throws Error naming the thread that is not written as it should be */
export function readThreads(source: string): SampleThread[] {
  return source
    .split(/^=== /mu)
    .slice(1)
    .map((block) => {
      try {
        return readThread(block);
      } catch (error) {
        throw new Error(`Sample thread "${block.slice(0, 80)}": ${String(error)}`, { cause: error });
      }
    });
}

function readThread(block: string): SampleThread {
  const [head = '', ...parts] = block.split(/^> /mu);
  const [first = '', ...lines] = head.trim().split('\n');
  const [channel, topic] = first.trim().split(' ');
  const fields = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    }),
  );
  const network = fields.get('network');
  const attach = fields.get('attach');
  const turns = parts.map(readTurn);
  if (turns.length === 0) throw new Error('it has no turns');
  const opening = turns[0]!;
  if (attach) turns[0] = { ...opening, files: [sampleLog(attach)] };
  return {
    channel: oneOf(CHANNELS, channel),
    topic: oneOf(TOPICS, topic),
    who: fields.get('who') ?? '',
    phone: fields.get('phone') ?? null,
    handle: network ? `${network}:${fields.get('handle')}` : null,
    social: network ? { network, visibility: oneOf(['public', 'direct'], fields.get('visibility')) } : null,
    subject: fields.get('subject') ?? null,
    status: oneOf(STATUSES, fields.get('status')),
    priority: oneOf(PRIORITIES, fields.get('priority') ?? 'normal'),
    agent: fields.has('agent') ? Number(fields.get('agent')) : null,
    tags: (fields.get('tags') ?? '').split(', ').filter((tag) => tag !== ''),
    ago: Number(fields.get('ago')),
    turns,
  };
}

function readTurn(part: string): SampleTurn {
  const end = part.indexOf('\n');
  const [voice, after = '+0'] = part.slice(0, end).trim().split(' ');
  return turn(oneOf(['customer', 'agent', 'note'], voice), Number(after), part.slice(end + 1).trim());
}

function oneOf<T extends string>(allowed: readonly T[], value: string | undefined): T {
  const found = allowed.find((one) => one === value);
  if (found === undefined) throw new Error(`"${value}" is none of ${allowed.join(', ')}`);
  return found;
}

function sampleLog(name: string): SampleFile {
  const lines = Array.from(
    { length: 40 },
    (_, line) => `12:0${line % 10}:${10 + line} sample log line ${line + 1}`,
  );
  return {
    name,
    mediaType: 'text/plain',
    contentId: null,
    bytes: new TextEncoder().encode(lines.join('\n')),
  };
}
