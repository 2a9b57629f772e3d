/**
 * Whose name a message leaves under (docs/decisions/0016). Where the credentials of an account are shared,
 * the agent of this console is named: to the helpdesk, where it can be told another author than the one
 * who is signed in, else by a line under the reply. The line is part of the text from the moment the
 * agent decides, so that outbox, proof and customer all have the same words.
 */
import type { Agent, Message } from './entities';
import type { Intent, IntentAction } from './intents';

/** The agent of this console at a helpdesk whose credentials are not theirs alone. */
export interface Speaker {
  /** At the helpdesk; `null` for a name that was typed, because the helpdesk lists nobody. */
  id: string | null;
  name: string;
  email: string | null;
}

/** `author`: the helpdesk is told who writes. `line`: their name stands under a reply. */
export const SPEAKING_WAYS = ['author', 'line'] as const;
export type SpeakingWay = (typeof SPEAKING_WAYS)[number];

/** A speaker as an intent names one. */
export interface SpokenBy extends Speaker {
  by: SpeakingWay;
}

/** How a speaker is named. @param namesAuthors whether this helpdesk can be told who writes */
export function spokenBy(speaker: Speaker, namesAuthors: boolean): SpokenBy {
  return { ...speaker, by: namesAuthors && speaker.id !== null ? 'author' : 'line' };
}

/** As much of an account as tells who speaks. */
export interface SpeakingAccount {
  /** Who works here. */
  agent: Agent | null;
  /** Whose the credentials are. */
  signedIn?: Agent | null | undefined;
  speaker?: Speaker | null | undefined;
  supports: { author?: boolean | undefined };
}

/** Who speaks at this console, and how a helpdesk is told; `null`: whoever is signed in, as themselves. */
export function speakerOf({
  speaker,
  supports,
}: Pick<SpeakingAccount, 'speaker' | 'supports'>): SpokenBy | null {
  return speaker === null || speaker === undefined ? null : spokenBy(speaker, supports.author === true);
}

/**
 * Under whose name what is decided here stands at the helpdesk: where only a line can name the agent, it
 * is whoever signed in. `null` while that is not known.
 */
export function standsAs(
  account: SpeakingAccount & { signedIn?: Agent | null | undefined },
): Pick<Agent, 'name' | 'email'> | null {
  return speakerOf(account)?.by === 'line' ? (account.signedIn ?? null) : account.agent;
}

/** Whether a message is of the agent who works here. @param installId of this console */
export function isMine(
  { author, clientRef }: Pick<Message, 'author' | 'clientRef'>,
  account: SpeakingAccount,
  installId: string,
): boolean {
  if (author.type !== 'agent' || author.id === null) return false;
  const speaker = speakerOf(account);
  // Under one name several people write: mine is what left here.
  const isShared = speaker?.by === 'line' || (speaker !== null && speaker.id === account.signedIn?.id);
  if (isShared) return clientRef?.startsWith(`${installId}-`) ?? false;
  return author.id === account.agent?.id;
}

/** What is decided, as it leaves: a reply with the line, where there is to be one. Notes have none. */
export function asSpoken(action: IntentAction, speaker: SpokenBy | null): IntentAction {
  if (action.kind !== 'reply' || speaker?.by !== 'line') return action;
  return { ...action, text: withLine(action.text, speaker.name) };
}

/** What the agent typed, without the line. */
export function asTyped<A extends { text: string }>(
  action: A,
  speaker: Pick<SpokenBy, 'by' | 'name'> | undefined,
): A {
  if (speaker?.by !== 'line') return action;
  const line = lineOf(speaker.name);
  if (action.text === line) return { ...action, text: '' };
  const tail = `\n\n${line}`;
  return action.text.endsWith(tail) ? { ...action, text: action.text.slice(0, -tail.length) } : action;
}

/** The line that names an agent. */
export function lineOf(name: string): string {
  return `— ${name.trim()}`;
}

function withLine(text: string, name: string): string {
  const line = lineOf(name);
  const typed = text.trimEnd();
  if (typed === '') return line;
  // Somebody who signs by hand is not named twice.
  return typed === line || typed.endsWith(`\n${line}`) ? typed : `${typed}\n\n${line}`;
}

/**
 * The id under which all that this agent does elsewhere is known; `null` where others act under the same
 * one. Then only a reference tells whose a message is.
 */
export function knownAs({ agentId, speaker }: Pick<Intent, 'agentId' | 'speaker'>): string | null {
  return speaker === undefined ? agentId : null;
}

/** The id by which the helpdesk names this agent as an owner; `null` where it names all of them alike. */
export function ownsAs({ agentId, speaker }: Pick<Intent, 'agentId' | 'speaker'>): string | null {
  return speaker === undefined ? agentId : speaker.id;
}

/**
 * Under whose name a message stands instead of the one that was asked for; `null`: as was asked, or
 * nobody tells.
 */
export function misnamed(
  speaker: SpokenBy | undefined,
  author: { id: string | null; name: string } | null | undefined,
): string | null {
  if (speaker?.by !== 'author' || author === null || author === undefined) return null;
  if (author.id === null || author.id === speaker.id) return null;
  return author.name.trim() === '' ? author.id : author.name;
}
