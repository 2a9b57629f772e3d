/** The host's own books, read as a program with the token would: for what the screen need not show. */
import { randomUUID } from 'node:crypto';
import {
  DEFAULT_SETTINGS,
  TOKEN_HEADER,
  type OutboxPage,
  type Session,
  type Settings,
} from '@shared/contract/door';
import { isUnconfirmed, type Intent, type OutboxRow } from '@shared/domain/intents';
import type { RunningApp, RunningHelpdesk } from './processes';

export async function door(
  app: RunningApp,
  path: string,
  init: { method?: string; json?: unknown; token?: string } = {},
): Promise<Response> {
  const { method = 'GET', json, token = app.token } = init;
  return fetch(new URL(`/door/${path}`, app.origin), {
    method,
    headers: {
      [TOKEN_HEADER]: token,
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
}

export async function outboxOf(app: RunningApp): Promise<OutboxPage> {
  return (await (await door(app, 'intents?after=0')).json()) as OutboxPage;
}

/** Rows whose effect the helpdesk has not shown yet. */
export async function unconfirmed(app: RunningApp): Promise<OutboxRow[]> {
  return (await outboxOf(app)).rows.filter(({ state }) => isUnconfirmed(state));
}

/** Sets settings before the page opens; tests send at once unless they are about undo. */
export async function setSettings(app: RunningApp, patch: Partial<Settings>): Promise<void> {
  const answer = await door(app, 'settings', { method: 'PUT', json: { ...DEFAULT_SETTINGS, ...patch } });
  if (!answer.ok) throw new Error(`Settings were refused: ${await answer.text()}`);
}

/** A reply as the page would decide it, ready to be put to the journal. */
export async function replyIntent(
  app: RunningApp,
  desk: RunningHelpdesk,
  conversationId: string,
  text: string,
): Promise<Intent> {
  const { installId } = (await (await door(app, 'session')).json()) as Session;
  return {
    ref: `${installId}-${randomUUID()}`,
    accountId: 'desk',
    conversationId,
    agentId: desk.agent.id,
    decidedAt: Date.now(),
    base: { messageId: null, version: null },
    delayMs: 0,
    action: { kind: 'reply', text, files: [], statusAfter: null },
  };
}
