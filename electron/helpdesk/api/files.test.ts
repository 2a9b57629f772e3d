import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestHelpdesk, rawMail, type TestHelpdesk } from '../helpdesk.test-data';

let desk: TestHelpdesk;
beforeEach(async () => {
  desk = await openTestHelpdesk();
});
afterEach(() => desk.close());

const upload = (bytes: Uint8Array, key: string, query = 'name=a.txt&type=text/plain') =>
  desk.ask('POST', `/api/v1/uploads?${query}`, {
    key,
    body: bytes,
    headers: { 'content-type': 'application/octet-stream' },
  });

describe('files', () => {
  it('go up once for a key and come down as they were, safe to open nowhere', async () => {
    const bytes = Buffer.from('<script>alert(1)</script>');
    const first = await upload(bytes, 'u1', `name=${encodeURIComponent('отчёт "1".html')}&type=text/html`);
    expect([first.status, first.body.size]).toEqual([201, bytes.length]);
    await desk.restart();
    expect(
      (await upload(bytes, 'u1', `name=${encodeURIComponent('отчёт "1".html')}&type=text/html`)).body,
    ).toEqual(first.body);
    expect((await upload(Buffer.from('other'), 'u1')).status).toBe(409);
    const down = await desk.ask('GET', `/api/v1/attachments/${first.body.id}`);
    expect(down.body).toBe(bytes.toString());
    expect(down.headers.get('content-type')).toBe('text/html');
    expect(down.headers.get('content-length')).toBe(String(bytes.length));
    expect(down.headers.get('content-disposition')).toMatch(/^attachment; filename\*=UTF-8''%D0/u);
    expect(down.headers.get('content-security-policy')).toContain('sandbox');
  });

  it('belong to the message that names them, and leave with its mail', async () => {
    const { conversation_id: id } = await desk.mail(
      rawMail({ From: 'a@example.com', 'Message-ID': '<1@example.com>' }),
    );
    const file = (await upload(Buffer.from('abc'), 'u1')).body;
    const { body } = await desk.ask('POST', `/api/v1/conversations/${id}/messages`, {
      key: 'k1',
      body: { kind: 'reply', text: '', upload_ids: [file.id] },
    });
    expect(body.message.attachments).toEqual([
      { id: file.id, name: 'a.txt', media_type: 'text/plain', size: 3, content_id: null },
    ]);
  });

  it('larger than 25 MB are refused in a sentence, and so is a mail of 50 MB', async () => {
    const file = await upload(Buffer.alloc(25 * 1024 * 1024 + 1), 'u1');
    expect([file.status, file.body.error.code]).toEqual([413, 'too_large']);
    const mail = await desk.ask('POST', '/inbound/email', { body: Buffer.alloc(50 * 1024 * 1024, 'a') });
    expect([mail.status, mail.body.error.message]).toEqual([
      413,
      expect.stringMatching(/larger than 36 MB.*Send a smaller/u),
    ]);
    expect((await upload(Buffer.alloc(25 * 1024 * 1024), 'u2')).status).toBe(201);
  });

  it('of odd media types come down as plain bytes', async () => {
    const { id } = (await upload(Buffer.from('x'), 'u1', 'name=x&type=text/html;%20evil')).body;
    expect((await desk.ask('GET', `/api/v1/attachments/${id}`)).headers.get('content-type')).toBe(
      'application/octet-stream',
    );
  });

  it('that are not there are told apart from those that are', async () => {
    expect((await desk.ask('GET', '/api/v1/attachments/f1')).status).toBe(404);
  });
});
