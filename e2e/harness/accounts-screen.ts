/** The account screen, and a world of two helpdesks for it: one is connected, the other waits to be. */
import { join } from 'node:path';
import { expect, type Locator, type Page } from '@playwright/test';
import type { Account } from '@shared/contract/door';
import { door, setSettings } from './door-reader';
import { MAIL_FIXTURES, type Lab } from './lab';
import type { RunningApp } from './processes';
import { Console, DialogScreen } from './screens';
import { words } from './words';

/** Stands in both helpdesks. */
export const LAMP = 'Broken lamp, photo inside';

export class AccountsScreen extends DialogScreen {
  constructor(page: Page) {
    super(page, 'accounts:title', 'd');
  }

  /** From the list; whatever it takes, it is gone then. */
  async close(): Promise<void> {
    await this.page.keyboard.press('Escape');
    await expect(this.dialog).toHaveCount(0);
  }

  button(key: string): Locator {
    return this.dialog.getByRole('button', { name: words(key) });
  }

  field(key: string): Locator {
    return this.dialog.getByRole('textbox', { name: words(key) });
  }

  /** Type password fields have no role. */
  get token(): Locator {
    return this.dialog.getByLabel(words('accounts:field.token'));
  }

  account(id: string): Locator {
    return this.dialog.locator(`li[data-account="${id}"]`);
  }

  async startWizard(): Promise<void> {
    await this.button('accounts:connect.title').click();
    await expect(this.dialog.getByText(words('accounts:connect.pick'))).toBeVisible();
  }
}

export async function accountsOf(app: RunningApp): Promise<Account[]> {
  return (await (await door(app, 'accounts')).json()) as Account[];
}

/** A console with one helpdesk connected (`desk`), and a second one that runs and is not. */
export async function accountsWorld(lab: Lab, page: Page) {
  const first = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const second = await lab.helpdesk({ dataDir: join(lab.folder, 'second'), importFolder: MAIL_FIXTURES });
  const proxy = await lab.proxy(second.desk);
  const app = await lab.app({ helpdesk: first.desk });
  await setSettings(app, { undoSendMs: 0 });
  const agent = await Console.open(page, app);
  await agent.status.expectOnline();
  const addSecond = async (): Promise<Account> => {
    const json = {
      name: 'Second shop',
      backend: 'embedded',
      url: proxy.url,
      values: { token: second.desk.token },
    };
    const added = (await (await door(app, 'accounts', { method: 'POST', json })).json()) as Account;
    await expect
      .poll(async () => (await accountsOf(app)).map(({ state }) => state))
      .toEqual(['online', 'online']);
    return added;
  };
  return { first, second, proxy, app, agent, addSecond, screen: new AccountsScreen(page) };
}
