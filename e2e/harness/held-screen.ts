/** The card of a reply that waits for the agent, as the agent knows it. */
import { expect, type Locator, type Page } from '@playwright/test';
import { words } from './words';

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
