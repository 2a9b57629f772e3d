/** A customer at the chat page of the embedded helpdesk. */
import { expect, type Page } from '@playwright/test';
import type { DeskClient } from './desk-client';

export class ChatVisitor {
  private constructor(private readonly page: Page) {}

  static async open(page: Page, client: DeskClient, name: string): Promise<ChatVisitor> {
    await page.goto(client.chatUrl);
    await page.locator('#name').fill(name);
    await page.locator('#start button[type="submit"]').click();
    await expect(page.getByRole('log')).toBeVisible();
    return new ChatVisitor(page);
  }

  async say(text: string): Promise<void> {
    const editor = this.page.locator('#text');
    await editor.fill(text);
    await editor.press('Enter');
    await expect(this.page.getByRole('log').getByText(text)).toBeVisible();
  }

  /** The answer comes without a reload. */
  async expectAnswer(text: string): Promise<void> {
    await expect(this.page.getByRole('log').getByText(text)).toBeVisible();
  }
}
