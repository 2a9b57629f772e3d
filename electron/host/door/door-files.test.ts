import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BackendError } from '@shared/backends/backend-error';
import type { Backend } from '@shared/backends/port';
import { linksSchema, uploadProgressSchema, UPLOAD_CHUNK_BYTES } from '@shared/contract/door';
import { MemoryFileSystem } from '@shared/testing/memory-file-system';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LINK_LIFE_MS } from '../files/blob-links';
import { MAX_ATTACHMENT_BYTES, openDoorKit, TOKEN, type DoorKit } from './door-kit.test-data';

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]);

let folder = '';
let kit: DoorKit;
let attachment: Uint8Array | BackendError = PNG;
const good: DoorKit['good'] = (schema, ...args) => kit.good(schema, ...args);
const refusal: DoorKit['refusal'] = (...args) => kit.refusal(...args);

const backend = {
  async download() {
    if (attachment instanceof BackendError) throw attachment;
    const bytes = attachment;
    return (async function* () {
      yield bytes;
    })();
  },
} as unknown as Backend;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-door-'));
  attachment = PNG;
  kit = await openDoorKit(new MemoryFileSystem(), folder, backend);
});
afterEach(async () => {
  kit.events.close();
  await rm(folder, { recursive: true });
});

describe('files at the door', () => {
  const id = randomUUID();
  const chunk = (offset: number, total: number, bytes: Uint8Array) =>
    [
      'PUT',
      `/door/uploads/${id}?offset=${offset}&total=${total}&name=b%20%26.txt&type=text/html`,
      bytes,
    ] as const;
  const fetchLink = (url: string) => kit.door(new Request(`http://127.0.0.1:1${url}`));
  async function linkTo(wanted: object): Promise<string> {
    const [link] = await good(linksSchema, 'POST', '/door/links', [wanted]);
    return link?.url ?? '';
  }

  it('come in chunks and can be asked where to resume', async () => {
    await good(uploadProgressSchema, ...chunk(0, 6, Buffer.from('abc')));
    expect(await good(uploadProgressSchema, 'GET', `/door/uploads/${id}`)).toEqual({
      received: 3,
      file: null,
    });
    const { file } = await good(uploadProgressSchema, ...chunk(3, 6, Buffer.from('def')));
    const hash = createHash('sha256').update('abcdef').digest('hex');
    expect(file).toEqual({ hash, name: 'b &.txt', mediaType: 'text/html', size: 6 });
  });

  it('are refused when larger than the helpdesk takes, or a chunk larger than agreed', async () => {
    expect(await refusal(...chunk(0, MAX_ATTACHMENT_BYTES + 1, Buffer.from('x')))).toEqual([
      413,
      'too-large',
    ]);
    const long = new Uint8Array(UPLOAD_CHUNK_BYTES + 1);
    expect(await refusal(...chunk(0, MAX_ATTACHMENT_BYTES, long))).toEqual([413, 'too-large']);
    expect(await refusal('PUT', '/door/uploads/..%2F..%2Fx?offset=0&total=1&name=x', PNG)).toEqual([
      400,
      'bad-request',
    ]);
  });

  it('open by a link that works once and needs no token', async () => {
    const url = await linkTo({ accountId: 'a1', attachmentId: 'x', download: false, name: 'Фото.png' });
    expect(url).not.toContain(TOKEN);
    const response = await fetchLink(url);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('image/png');
    expect(response.headers.get('content-length')).toBe(String(PNG.length));
    expect(response.headers.get('content-disposition')).toBe(
      `inline; filename*=UTF-8''${encodeURIComponent('Фото.png')}`,
    );
    expect(Buffer.from(await response.arrayBuffer())).toEqual(PNG);
    expect((await fetchLink(url)).status).toBe(404);
  });

  it('do not open by a forged, changed or old link, nor by another method', async () => {
    const target = { accountId: 'a1', attachmentId: 'x', download: false };
    const url = await linkTo(target);
    expect((await fetchLink(url.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')))).status).toBe(404);
    expect((await fetchLink('/blob/file?ticket=e30&signature=x')).status).toBe(404);
    expect((await fetchLink('/blob/file')).status).toBe(404);
    expect((await kit.door(new Request(`http://127.0.0.1:1${url}`, { method: 'POST' }))).status).toBe(404);
    kit.switches.elapsed += LINK_LIFE_MS + 1;
    expect((await fetchLink(url)).status).toBe(404);
  });

  it.each([
    ['html', Buffer.from('<script>alert(1)</script>')],
    ['svg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="x"/>')],
    ['pdf', Buffer.from('%PDF-1.7')],
    ['an empty file', Buffer.alloc(0)],
  ])('that are %s are only ever saved', async (_name, bytes) => {
    attachment = bytes;
    const response = await fetchLink(await linkTo({ accountId: 'a1', attachmentId: 'x', download: false }));
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    expect(response.headers.get('content-disposition')).toMatch(/^attachment;/);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('are saved when asked, also an image', async () => {
    const response = await fetchLink(await linkTo({ accountId: 'a1', attachmentId: 'x', download: true }));
    expect(response.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''attachment");
  });

  it('of the agent open by their hash', async () => {
    const { file } = await good(uploadProgressSchema, ...chunk(0, PNG.length, PNG));
    const url = await linkTo({ hash: file?.hash, mediaType: 'image/png', download: false });
    expect((await fetchLink(url)).status).toBe(200);
    const gone = await linkTo({ hash: 'b'.repeat(64), mediaType: 'image/png', download: false });
    expect((await fetchLink(gone)).status).toBe(404);
  });

  it('that the helpdesk cannot give are told as such, and open later', async () => {
    const target = { accountId: 'a1', attachmentId: 'x', download: false };
    attachment = new BackendError('refused', 'No connection could be made in time.');
    expect((await fetchLink(await linkTo(target))).status).toBe(502);
    attachment = new BackendError('not-found', 'The helpdesk knows no such attachment.');
    expect((await fetchLink(await linkTo(target))).status).toBe(404);
    attachment = PNG;
    expect((await fetchLink(await linkTo(target))).status).toBe(200);
    attachment = new BackendError('refused', 'No connection could be made in time.');
    expect((await fetchLink(await linkTo(target))).status).toBe(200);
  });
});
