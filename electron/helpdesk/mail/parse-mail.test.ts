import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMail, type ParsedMail } from './parse-mail';

async function parsed(raw: string | Buffer): Promise<ParsedMail> {
  const result = await parseMail(typeof raw === 'string' ? Buffer.from(raw.replace(/\n/gu, '\r\n')) : raw);
  if (!result.ok) throw new Error(result.problem);
  return result.mail;
}

const bytes = (hex: string): Buffer => Buffer.from(hex.replace(/\s/gu, ''), 'hex');

describe('reading a mail', () => {
  it.each([
    ['windows-1251', 'cff0e8e2e5f2'],
    ['koi8-r', 'f0d2c9d7c5d4'],
    ['utf-8', 'd09fd180d0b8d0b2d0b5d182'],
  ])('reads %s in subject and text', async (charset, hex) => {
    const word = bytes(hex);
    const mail = await parsed(
      Buffer.concat([
        Buffer.from(
          `From: =?${charset}?B?${word.toString('base64')}?= <a@example.com>\r\nSubject: =?${charset}?B?${word.toString('base64')}?=\r\nContent-Type: text/plain; charset=${charset}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n`,
        ),
        word,
      ]),
    );
    expect([mail.subject, mail.from?.name, mail.text.trim()]).toEqual(['Привет', 'Привет', 'Привет']);
  });

  it('reads headers that hold raw bytes of the charset of the text', async () => {
    const word = bytes('cff0e8e2e5f2');
    const head = (charset: string) =>
      Buffer.from(`\r\nFrom: a@example.com\r\nContent-Type: text/plain;\r\n charset="${charset}"\r\n\r\n`);
    const subject = Buffer.from('Subject: ');
    expect((await parsed(Buffer.concat([subject, word, head('windows-1251'), word]))).subject).toBe('Привет');
    expect((await parsed(Buffer.concat([subject, bytes('e7'), head('us-ascii')]))).subject).toBe('ç');
    expect((await parsed(Buffer.concat([subject, bytes('e7'), head('no-such-charset')]))).subject).toBe('ç');
  });

  it('reads inline images with their ids, attachments with their names, and takes the HTML', async () => {
    const mail = await parsed(`From: a@example.com
Subject: parts
Content-Type: multipart/mixed; boundary=outer

--outer
Content-Type: multipart/related; boundary=inner

--inner
Content-Type: text/html

<p>See <img src="cid:pic@sample"></p>
--inner
Content-Type: image/png; name=pic.png
Content-ID: <pic@sample>
Content-Disposition: inline
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--inner--
--outer
Content-Type: application/pdf
Content-Disposition: attachment; filename*=UTF-8''%D1%81%D1%87%D1%91%D1%82.pdf
Content-Transfer-Encoding: base64

JVBERi0=
--outer
Content-Type: text/plain
Content-Disposition: attachment; filename="../../etc/pass\u202Etxt.exe"

x
--outer--
`);
    expect(mail.body.type).toBe('html');
    expect(mail.text).toContain('See');
    expect(
      mail.files.map(({ name, mediaType, contentId, bytes: { length } }) => [
        name,
        mediaType,
        contentId,
        length,
      ]),
    ).toEqual([
      ['pic.png', 'image/png', 'pic@sample', 8],
      ['счёт.pdf', 'application/pdf', null, 5],
      ['passtxt.exe', 'text/plain', null, expect.any(Number)],
    ]);
  });

  it('answers to Reply-To where there is one, and reads ids without what stands around them', async () => {
    const mail = await parsed(`From: "Sample, Olga" <olga@example.com>
Reply-To: Desk of Olga <desk@example.com>
To: support@helpdesk.invalid, Team: <x@example.com>, y@example.com;
Cc: c@example.com
Message-ID: junk <1@example.com> junk
In-Reply-To: Your message of Monday <0@example.com>
References: <a@example.com> (comment)
 <b@example.com>
Date: Sat, 31 Jan 2026 10:00:00 +0300

x
`);
    expect(mail).toMatchObject({
      from: { name: 'Sample, Olga', address: 'olga@example.com' },
      replyTo: 'desk@example.com',
      recipients: ['support@helpdesk.invalid', 'x@example.com', 'y@example.com', 'c@example.com'],
      messageId: '<1@example.com>',
      inReplyTo: ['<0@example.com>'],
      references: ['<a@example.com>', '<b@example.com>'],
      sentAt: Date.UTC(2026, 0, 31, 7),
    });
  });

  it.each([
    ['Auto-Submitted: auto-replied', 'reply'],
    ['Precedence: bulk', 'reply'],
    ['List-Id: <news.example.com>', 'reply'],
    ['Auto-Submitted: no', null],
    ['Content-Type: multipart/report; boundary=x', 'bounce'],
    ['Return-Path: <>', 'bounce'],
  ])('knows what a machine wrote: %s', async (header, expected) => {
    expect((await parsed(`From: a@example.com\n${header}\n\nx`)).automatic).toBe(expected);
  });

  it('cuts a body that nobody can read, and keeps the whole beside it', async () => {
    const mail = await parsed(`From: a@example.com\n\n${'0123456789'.repeat(600_000)}`);
    expect(mail.body.content).toHaveLength(5_000_000);
    expect(mail.files).toMatchObject([{ name: 'whole-message.txt' }]);
    expect(mail.files[0]!.bytes.length).toBeGreaterThanOrEqual(6_000_000);
  });
});

describe('what is not a mail', () => {
  it.each([
    ['nothing', ''],
    ['JSON', '{"from": "a@example.com"}'],
    ['a web page', '<!doctype html>\n<html><body>Subject</body></html>'],
    ['a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
    ['a letter without headers', 'Dear team,\n\nhello'],
    ['zeros', Buffer.alloc(1000)],
  ])('is refused in a sentence: %s', async (_name, raw) => {
    const result = await parseMail(Buffer.from(raw));
    expect(result).toMatchObject({
      ok: false,
      problem: expect.stringMatching(/^This is not a mail.*RFC 822\.$/su),
    });
  });

  it('is never an exception, whatever the bytes', async () => {
    const nested = 'Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n'.repeat(2000);
    expect((await parseMail(Buffer.from(`From: a@example.com\r\n${nested}`))).ok).toBeTypeOf('boolean');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), fc.boolean(), async (tail, headed) => {
        const head = headed
          ? 'From: a@example.com\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n'
          : '';
        const result = await parseMail(Buffer.concat([Buffer.from(head), tail]));
        expect(result.ok).toBeTypeOf('boolean');
      }),
    );
  });
});

const CORPORA = [join(import.meta.dirname, '../../../../shared/corpora')].find(existsSync);

describe('mails of the collections', () => {
  it.skipIf(CORPORA === undefined)(
    'are all read or refused in words, none throws (skipped where the folder of collections is absent)',
    async () => {
      const entries = await readdir(CORPORA!, { recursive: true, withFileTypes: true });
      const paths = entries
        .filter(
          (entry) => entry.isFile() && (/\.eml$/u.test(entry.name) || /^msg_\d+a?\.txt$/u.test(entry.name)),
        )
        .map((entry) => join(entry.parentPath, entry.name));
      let read = 0;
      const refused: string[] = [];
      for (const path of paths) {
        const result = await parseMail(await readFile(path));
        if (result.ok) read += 1;
        else refused.push(`${path}: ${result.problem}`);
      }
      expect(paths.length).toBeGreaterThan(150);
      expect(refused.every((line) => line.endsWith('.'))).toBe(true);
      expect(read, refused.join('\n')).toBeGreaterThanOrEqual(paths.length - 5);
    },
  );
});
