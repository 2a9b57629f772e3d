/**
 * The outgoing Maildir. A mail's name comes from its message alone, so writing it again after a
 * crash finds it there: it is put into `tmp`, synced, then renamed into `new` in one step.
 */
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

export class Maildir {
  constructor(private readonly folder: string) {}

  /** Makes the folders and drops half-written mails of an earlier run. */
  async prepare(): Promise<void> {
    await rm(join(this.folder, 'tmp'), { recursive: true, force: true });
    for (const part of ['tmp', 'new', 'cur'])
      await mkdir(join(this.folder, part), { recursive: true, mode: 0o700 });
  }

  /** True when the mail lies in `new`, or in `cur` where a mail program moved it. */
  async has(name: string): Promise<boolean> {
    if ((await readdir(join(this.folder, 'new'))).includes(name)) return true;
    return (await readdir(join(this.folder, 'cur'))).some((entry) => entry.split(':')[0] === name);
  }

  /** Puts a mail into `new`; durable when it resolves. */
  async deliver(name: string, bytes: Uint8Array): Promise<void> {
    const temporary = join(this.folder, 'tmp', name);
    const file = await open(temporary, 'w', 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, join(this.folder, 'new', name));
    const entry = await open(join(this.folder, 'new'), 'r').catch(() => null);
    await entry?.sync().catch(() => undefined);
    await entry?.close();
  }
}
