/** A customer at the chat page of the embedded helpdesk. */
import { expect, type Page } from '@playwright/test';
import type { DeskClient } from './desk-client';

export class ChatVisitor {
  private constructor(private readonly page: Page) {}

  static async open(page: Page, client: DeskClient, name: string): Promise<ChatVisitor> {
    await page.goto(client.chatUrl);
    const field = page.getByRole('textbox', { name: /name/i });
    if (await field.isVisible()) await field.fill(name);
    return new ChatVisitor(page);
  }

  async say(text: string): Promise<void> {
    const editor = this.page.getByRole('textbox').last();
    await editor.fill(text);
    await editor.press('Enter');
    await expect(this.page.getByText(text)).toBeVisible();
  }

  /** The answer comes without a reload. */
  async expectAnswer(text: string): Promise<void> {
    await expect(this.page.getByText(text)).toBeVisible();
  }
}
