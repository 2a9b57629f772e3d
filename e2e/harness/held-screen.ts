/** The card of a reply that waits for the agent, as the agent knows it, and what leads to one. */
import { expect, type Locator, type Page } from '@playwright/test';
import type { DeskClient } from './desk-client';
import { setSettings } from './door-reader';
import type { FaultProxy } from './fault-proxy';
import { MAIL_FIXTURES, type Lab } from './lab';
import type { RunningApp, RunningHelpdesk } from './processes';
import { Console } from './screens';
import { words } from './words';

/** The conversation that is answered. */
export const PARCEL = 'Parcel never arrived';
/** The shortest time after which a chat reply counts as late. */
export const CHAT_LATE_MS = 30_000;

type Act = 'asIs' | 'now' | 'there' | 'here' | 'again' | 'edit' | 'keep' | 'discard';

export class HeldCard {
  readonly card: Locator;

  constructor(
    readonly page: Page,
    text: string | RegExp,
  ) {
    this.card = page.locator('[data-pane="conversation"] article[data-stopped]').filter({ hasText: text });
  }

  /** Stands there and says why, by a key of `held:why`. */
  async expectWhy(why: string, within = 30_000): Promise<void> {
    await expect(this.card.getByText(words(`held:why.${why}`))).toBeVisible({ timeout: within });
  }

  get difference(): Locator {
    return this.card.locator('section');
  }

  button(act: Act): Locator {
    return this.card.getByRole('button', { name: words(`held:action.${act}`) });
  }

  get byMail(): Locator {
    return this.card.getByRole('button', { name: words('held:action.byMail') });
  }
}

interface HeldWorld {
  desk: RunningHelpdesk;
  client: DeskClient;
  proxy: FaultProxy;
  app: RunningApp;
  agent: Console;
}

/** A console on a helpdesk with mails, through a link that can be cut. */
export async function heldWorld(lab: Lab, page: Page, undoSendMs = 0): Promise<HeldWorld> {
  const { desk, client } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const proxy = await lab.proxy(desk);
  const app = await lab.app({ helpdesk: { url: proxy.url, token: desk.token } });
  await setSettings(app, { undoSendMs, chatLateMs: CHAT_LATE_MS });
  const agent = await Console.open(page, app);
  await expect(agent.queue.rowWith('Nora Fielding')).toBeVisible();
  await agent.status.expectOnline();
  await agent.queue.show('a');
  return { desk, client, proxy, app, agent };
}

/** The id of the conversation with this subject. */
export const idOf = async (client: DeskClient, subject: string): Promise<string> =>
  (await client.conversation(subject)).id;

/** Cut off, the agent answers {@link PARCEL}; `back` mends the link, and the reply is held for this reason. */
export async function answeredCutOff(lab: Lab, page: Page, text: string) {
  const world = await heldWorld(lab, page);
  const { client, proxy, agent } = world;
  const id = await idOf(client, PARCEL);
  await proxy.set('refuse');
  await agent.status.expectOffline();
  await agent.answer(`desk/${id}`, text);
  const held = new HeldCard(page, text);
  const back = async (why: string): Promise<void> => {
    await proxy.set('none');
    await held.expectWhy(why);
  };
  return { ...world, id, held, back };
}
