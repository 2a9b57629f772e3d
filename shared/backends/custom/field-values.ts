/** What expressions gave, as the product's nouns want it: forgiving in form, strict in meaning. */
import { z } from 'zod';
import {
  CHANNELS,
  STATUSES,
  PRIORITIES,
  type Channel,
  type Priority,
  type Status,
} from '../../domain/entities';
import { rowId } from '../field-schemas';
import type { Profile } from './profile-schema';
import { wordsOf, type Words } from './vocabulary';

/** An ISO time with its zone, or milliseconds since the epoch. */
const WITH_ZONE = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2}))?$/i;
/** Milliseconds before 1973 are seconds that nobody multiplied. */
const EARLIEST_MS = 100_000_000_000;
/** The end of JavaScript's time (ECMA-262, "Time Values and Time Range"). */
const LATEST_MS = 8_640_000_000_000_000;

export const time = z.union([z.string(), z.number()]).transform((value, context) => {
  const tell = (message: string): never => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  if (typeof value === 'number') {
    if (value > LATEST_MS) return tell('lies beyond all times that there are: milliseconds are needed');
    // Seconds with a fraction, multiplied, have one in ms as well.
    return value >= EARLIEST_MS
      ? Math.round(value)
      : tell('looks like seconds, and milliseconds are needed: multiply by 1000');
  }
  const ms = WITH_ZONE.test(value) ? Date.parse(value) : NaN;
  return Number.isNaN(ms) ? tell('must be a time with its zone ($toMillis reads other forms)') : ms;
});

const id = rowId;
const text = z
  .union([z.string(), z.number(), z.boolean()])
  .nullable()
  .transform((value) => String(value ?? ''));
const perhaps = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? null);
/** JSONata gives a list of one as the one. */
const listOf = <T extends z.ZodType>(item: T) =>
  z.preprocess(
    (value) => (value === undefined || value === null ? [] : Array.isArray(value) ? value : [value]),
    z.array(item),
  );

const attachment = z.object({
  id,
  name: text,
  mediaType: z
    .string()
    .nullish()
    .transform((value) => value ?? 'application/octet-stream'),
  size: z
    .number()
    .int()
    .nonnegative()
    .nullish()
    .transform((value) => value ?? 0),
  contentId: perhaps(z.string()),
});
const email = z.object({
  from: text,
  to: listOf(z.string()),
  cc: listOf(z.string()),
  subject: z
    .string()
    .nullish()
    .transform((value) => value ?? ''),
  messageId: perhaps(z.string()),
});
const social = z.object({
  network: z.string(),
  visibility: z.enum(['public', 'direct']),
  permalink: perhaps(z.string()),
});

/** The words of a profile, ready for reading and sending. */
export interface ProfileWords {
  status: Words<Status>;
  priority: Words<Priority>;
  channel: Words<Channel>;
}

/** What the three vocabularies of a profile say; one that is left out speaks our own words. */
export function profileWords({ words }: Profile): ProfileWords {
  return {
    status: wordsOf<Status>(words.status),
    priority: wordsOf<Priority>(words.priority ?? { ...same(PRIORITIES), otherwise: 'normal' }),
    channel: wordsOf<Channel>(words.channel ?? { ...same(CHANNELS), otherwise: 'form' }),
  };
}

function same(ours: readonly string[]): Record<string, string> {
  return Object.fromEntries(ours.map((word) => [word, word]));
}

const word = z.union([z.string(), z.number(), z.boolean()]);

/** The schemas of the fields of each kind, for one profile. */
export function fieldSchemas(words: ProfileWords) {
  const status = word.transform((theirs) => {
    const ours = words.status.read(theirs);
    const label = String(theirs);
    return {
      ours,
      label:
        (STATUSES as readonly string[]).includes(label.toLowerCase()) && label.toLowerCase() === ours
          ? null
          : label,
    };
  });
  return {
    conversation: z.object({
      id,
      subject: text,
      status,
      statusLabel: perhaps(text),
      priority: word.nullish().transform((theirs) => words.priority.read(theirs ?? '')),
      channel: word.nullish().transform((theirs) => words.channel.read(theirs ?? '')),
      assigneeId: perhaps(id),
      contactId: id,
      contactName: text,
      tags: listOf(text),
      preview: perhaps(text),
      createdAt: time,
      updatedAt: time,
      lastMessageAt: perhaps(time),
      lastMessageId: perhaps(id),
      waitingSince: time.nullish(),
      messageCount: perhaps(z.number().int().nonnegative()),
      version: perhaps(id),
      social: perhaps(social),
    }),
    message: z.object({
      id,
      conversationId: perhaps(id),
      kind: z.enum(['inbound', 'reply', 'note', 'event']),
      authorType: z.enum(['contact', 'agent', 'system']).nullish(),
      authorId: perhaps(id),
      authorName: perhaps(text),
      createdAt: time,
      text: perhaps(text),
      html: perhaps(text),
      attachments: listOf(attachment),
      clientRef: perhaps(z.string()),
      email: perhaps(email),
    }),
    contact: z.object({
      id,
      name: text,
      emails: listOf(z.string()),
      phones: listOf(text),
      handles: listOf(z.string()),
      createdAt: perhaps(time),
      updatedAt: perhaps(time),
    }),
    agent: z.object({ id, name: text, email: perhaps(z.string()) }),
    savedReply: z.object({
      id,
      title: text,
      text: perhaps(text),
      html: perhaps(text),
      shortcut: perhaps(z.string()),
      folder: perhaps(text),
      updatedAt: perhaps(time),
    }),
  };
}
export type FieldSchemas = ReturnType<typeof fieldSchemas>;
