import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestHelpdesk, rawMail, type TestHelpdesk } from '../helpdesk.test-data';
import { parseMail, type ParsedMail } from './parse-mail';

let desk: TestHelpdesk;
let id = '';
beforeEach(async () => {
  desk = await openTestHelpdesk();
  const raw = rawMail({
    From: 'Sample Olga <olga@example.com>',
    'Reply-To': 'desk.of.olga@example.com',
    Subject: '=?koi8-r?B?8NLJ18XU?=',
    'Message-ID': '<2@example.com>',
    References: '<1@example.com>',
  });
  id = (await desk.mail(raw)).conversation_id;
});
afterEach(() => desk.close());

const maildir = (part: string): string => join(desk.folder, 'maildir', part);
const reply = async (text: string, key: string, uploads: string[] = []) => {
  const body = { kind: 'reply', text, upload_ids: uploads };
  const answer = await desk.ask('POST', `/api/v1/conversations/${id}/messages`, { key, body });
  await desk.running.mailSent();
  return answer.body.message;
};
async function sent(): Promise<ParsedMail[]> {
  const names = (await readdir(maildir('new'))).sort();
  const mails: ParsedMail[] = [];
  for (const name of names) {
    const result = await parseMail(await readFile(join(maildir('new'), name)));
    if (result.ok) mails.push(result.mail);
  }
  return mails;
}

describe('an answer by mail', () => {
  it('goes where the customer wants it, threaded, with its text and files', async () => {
    const file = Buffer.from('%PDF-sample');
    const upload = await desk.ask(
      'POST',
      '/api/v1/uploads?name=%D1%81%D1%87%D1%91%D1%82.pdf&type=application/pdf',
      {
        key: 'u1',
        body: file,
      },
    );
    const message = await reply('Добрый день, Ольга!\n\nХорошего дня', 'k1', [upload.body.id]);
    const [mail] = await sent();
    expect(mail).toMatchObject({
      from: { name: 'Sample Agent Anna', address: 'support@helpdesk.invalid' },
      to: ['desk.of.olga@example.com'],
      subject: 'Re: Привет',
      messageId: message.email.message_id,
      inReplyTo: ['<2@example.com>'],
      references: ['<1@example.com>', '<2@example.com>'],
      sentAt: desk.clock.now,
      files: [{ name: 'счёт.pdf', mediaType: 'application/pdf' }],
    });
    expect(mail!.text.trim()).toBe('Добрый день, Ольга!\n\nХорошего дня');
    expect(Buffer.from(mail!.files[0]!.bytes)).toEqual(file);
    expect(mail!.replyTo).toMatch(new RegExp(`^support\\+${id}\\.\\w{10}@helpdesk\\.invalid$`, 'u'));
  });

  it('keeps one "Re:" in a thread, and a header line of the customer stays in the subject', async () => {
    const evil = await desk.mail(
      rawMail({
        From: 'eve@example.com',
        Subject: '=?utf-8?Q?Re:_x=0D=0ABcc:_all=40example.com?=',
        'Message-ID': '<evil@example.com>',
      }),
    );
    id = evil.conversation_id;
    await reply('Hello', 'k1');
    const [name] = await readdir(maildir('new'));
    const raw = await readFile(join(maildir('new'), name!), 'utf8');
    expect(raw).not.toMatch(/^bcc:/imu);
    expect((await sent())[0]!.subject).toBe('Re: x Bcc: all@example.com');
  });

  it('is not made by a note', async () => {
    await desk.ask('POST', `/api/v1/conversations/${id}/messages`, {
      key: 'n',
      body: { kind: 'note', text: 'x' },
    });
    await desk.running.mailSent();
    expect(await readdir(maildir('new'))).toEqual([]);
  });

  it('also leaves from a contact form that names an address', async () => {
    const { desk: inner } = desk.running;
    const { conversation } = await inner.receive({
      channel: 'form',
      conversationId: null,
      person: { name: 'Sample Form', email: 'form@example.com', phone: null, handle: null },
      subject: 'Contact form',
      body: { type: 'text', content: 'x' },
      text: 'x',
      attachments: [],
      email: null,
      social: null,
      externalKey: null,
      clientRef: null,
      automatic: false,
      tags: [],
      at: desk.clock.now,
    });
    id = conversation.id;
    await reply('Hello', 'k1');
    expect((await sent())[0]).toMatchObject({
      to: ['form@example.com'],
      subject: 'Re: Contact form',
      inReplyTo: [],
    });
  });
});

describe('each answer lies in the Maildir once', () => {
  it('when the helpdesk starts again', async () => {
    await reply('One', 'k1');
    await desk.restart();
    await desk.running.mailSent();
    expect(await sent()).toHaveLength(1);
  });

  it('when a mail program took it away before the next start', async () => {
    await reply('One', 'k1');
    const [name] = await readdir(maildir('new'));
    await rm(join(maildir('new'), name!));
    await desk.restart();
    await desk.running.mailSent();
    expect(await readdir(maildir('new'))).toEqual([]);
  });

  /** Reproduces a crash after the journal took the answer: the Maildir is as `arrange` leaves it. */
  async function crashedBefore(arrange: (name: string) => Promise<void>): Promise<void> {
    const { running } = desk;
    const { state } = running.desk.store;
    await reply('One', 'k1');
    const [name] = await readdir(maildir('new'));
    await arrange(name!);
    // The journal without its last record, the mark that the mail lies there.
    const records = [...state.records(desk.clock.now)].filter((record) => record.mailed === undefined);
    await running.close();
    await rm(join(desk.folder, 'journal'), { recursive: true });
    const { Store } = await import('../store/store');
    const { nodeFileSystem } = await import('@electron/files/node-file-system');
    const store = await Store.open({
      fs: nodeFileSystem,
      folder: join(desk.folder, 'journal'),
      now: () => desk.clock.now,
    });
    for (const record of records) await store.commit(record);
    await store.close();
    desk.running = await (await import('../server')).openHelpdesk(desk.folder, () => desk.clock.now);
    await desk.running.mailSent();
  }

  it('after a crash between the rename and the mark', async () => {
    await crashedBefore(async () => undefined);
    expect(await sent()).toHaveLength(1);
  });

  it('after a crash before the rename, with a half-written file in tmp', async () => {
    await crashedBefore(async (name) => {
      await rm(join(maildir('new'), name));
      await writeFile(join(maildir('tmp'), name), 'From: half');
    });
    expect(await sent()).toHaveLength(1);
    expect(await readdir(maildir('tmp'))).toEqual([]);
  });

  it('after a crash, when a mail program had already moved it to cur', async () => {
    await crashedBefore((name) => rename(join(maildir('new'), name), join(maildir('cur'), `${name}:2,S`)));
    expect(await readdir(maildir('new'))).toEqual([]);
    expect(await readdir(maildir('cur'))).toHaveLength(1);
  });

  it('and one that cannot be made does not stop the others', async () => {
    const upload = await desk.ask('POST', '/api/v1/uploads?name=a&type=text/plain', {
      key: 'u1',
      body: 'gone',
    });
    const hash = desk.running.desk.store.state.uploads.get(upload.body.id)!.hash;
    await rm(join(desk.folder, 'files', hash.slice(0, 2)), { recursive: true });
    await mkdir(join(desk.folder, 'files', hash.slice(0, 2)));
    await reply('broken', 'k1', [upload.body.id]);
    await reply('whole', 'k2');
    expect((await sent()).map(({ text }) => text.trim())).toEqual(['whole']);
  });
});
