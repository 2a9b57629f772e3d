/** The console's screens as an agent knows them. Locators go by role and by words' keys. */
import { expect, type Locator, type Page } from '@playwright/test';
import type { FailureKind } from '@shared/domain/failures';
import type { RunningApp } from './processes';
import { words } from './words';

export class QueueScreen {
  readonly list: Locator;
  readonly rows: Locator;

  constructor(private readonly page: Page) {
    this.list = page.locator('[data-pane="queue"]').getByRole('listbox');
    this.rows = this.list.getByRole('option');
  }

  /** The row of a conversation, by its key. */
  row(key: string): Locator {
    return this.list.locator(`[role="option"][data-conversation="${key}"]`);
  }

  /** A row that shows this text. */
  rowWith(text: string | RegExp): Locator {
    return this.rows.filter({ hasText: text });
  }

  /** Keys of the rows in the document, top first. Short queues are there whole. */
  async keys(): Promise<string[]> {
    const found = await this.rows.evaluateAll((rows) =>
      rows.map((row) => ({
        at: Number(row.getAttribute('aria-posinset')),
        key: row.getAttribute('data-conversation') ?? '',
      })),
    );
    return found.sort((a, b) => a.at - b.at).map(({ key }) => key);
  }

  /** How many conversations the view holds, whether drawn or not. */
  async size(): Promise<number> {
    if ((await this.rows.count()) === 0) return 0;
    return Number(await this.rows.first().getAttribute('aria-setsize'));
  }

  /** Switches the view by its keys: `g` and a letter. */
  async show(letter: 'w' | 'm' | 'u' | 'o' | 'p' | 'r' | 'a'): Promise<void> {
    await goTo(this.page, letter);
  }

  async open(key: string): Promise<void> {
    await this.row(key).click();
  }
}

export class ConversationScreen {
  readonly pane: Locator;

  constructor(private readonly page: Page) {
    this.pane = page.locator('[data-pane="conversation"]');
  }

  get title(): Locator {
    return this.pane.getByRole('heading').first();
  }

  /** Something of this text in the timeline. */
  message(text: string | RegExp): Locator {
    return this.pane.getByText(text).first();
  }

  /** Resolves the open conversation by its key. */
  async resolve(): Promise<void> {
    await leaveEditor(this.page);
    await this.page.keyboard.press('e');
  }
}

export class ComposerScreen {
  readonly editor: Locator;

  constructor(
    private readonly page: Page,
    pane: Locator,
  ) {
    this.editor = pane.getByRole('textbox').last();
  }

  /** Opens the composer by its key and types. */
  async write(text: string, mode: 'reply' | 'note' = 'reply'): Promise<void> {
    await leaveEditor(this.page);
    await this.page.keyboard.press(mode === 'reply' ? 'r' : 'n');
    await expect(this.editor).toBeFocused();
    await this.editor.fill(text);
  }

  async send(): Promise<void> {
    await this.page.keyboard.press('Control+Enter');
    await expect(this.editor).toHaveValue('');
  }
}

export class StatusScreen {
  constructor(private readonly page: Page) {}

  /** What the status line says of the connection, for people who see and people who hear. */
  get connection(): Locator {
    return this.page.getByRole('status');
  }

  /** Says that the account cannot be reached, within the promised time. */
  async expectOffline(within = 10_000): Promise<void> {
    const said = ['offline', 'offlineWaiting', 'offlineSome', 'offlineSomeWaiting'].map(
      (key) => words(`status:${key}`).source,
    );
    await expect(this.connection.filter({ hasText: new RegExp(said.join('|')) })).toBeVisible({
      timeout: within,
    });
  }

  /** Says why, beside the account's name. */
  async expectReason(kind: FailureKind): Promise<void> {
    await expect(this.page.getByRole('button', { name: words(`status:failure.${kind}`) })).toBeVisible();
  }

  async expectOnline(within = 30_000): Promise<void> {
    await expect(this.connection.filter({ hasText: words('status:connected') })).toHaveCount(1, {
      timeout: within,
    });
  }
}

/** A screen that lies over the console as a dialog and opens by `g` and a letter. */
export class DialogScreen {
  readonly dialog: Locator;

  /** @param title of the dialog, as a key of the words */
  constructor(
    protected readonly page: Page,
    title: string,
    private readonly letter: string,
  ) {
    this.dialog = page.getByRole('dialog', { name: words(title) });
  }

  async open(): Promise<void> {
    await goTo(this.page, this.letter);
    await expect(this.dialog).toBeVisible();
  }
}

export class Console {
  readonly queue: QueueScreen;
  readonly conversation: ConversationScreen;
  readonly composer: ComposerScreen;
  readonly status: StatusScreen;

  private constructor(readonly page: Page) {
    this.queue = new QueueScreen(page);
    this.conversation = new ConversationScreen(page);
    this.composer = new ComposerScreen(page, this.conversation.pane);
    this.status = new StatusScreen(page);
  }

  /** Opens the console as the ready line says. */
  static async open(page: Page, app: RunningApp): Promise<Console> {
    await page.goto(app.url);
    return new Console(page);
  }

  /** Reads and answers one conversation of the queue. */
  async answer(key: string, text: string): Promise<void> {
    await this.queue.open(key);
    await expect(this.conversation.title).toBeVisible();
    await this.composer.write(text);
    await this.composer.send();
    await expect(this.conversation.message(text)).toBeVisible();
  }
}

/** Out of any text field, so that single keys are commands. */
async function leaveEditor(page: Page): Promise<void> {
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
}

async function goTo(page: Page, letter: string): Promise<void> {
  await leaveEditor(page);
  await page.keyboard.press('g');
  await page.keyboard.press(letter);
}
