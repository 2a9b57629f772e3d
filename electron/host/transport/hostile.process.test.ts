/** Every hostile shape against the built app on loopback, with its real door and real page. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sessionSchema, TOKEN_HEADER } from '@shared/contract/door';
import type { OriginAddress } from './guard';
import { hostileRequests } from './hostile-requests.test-data';
import { sendRaw, statusOf } from './raw-request.test-data';

const START = join(import.meta.dirname, '..', '..', '..', 'out', 'main', 'start.js');
const READY = /^Holdfast is ready: http:\/\/127\.0\.0\.1:(\d+)\/#(\S+)$/m;

let folder: string;
let app: ChildProcess;
let page: OriginAddress;
let mail: OriginAddress;
let token: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-hostile-'));
  app = spawn(process.execPath, [START, '--web', '--no-open', '--port', '0', '--data', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [, port = '', launchToken = ''] = await readyLine(app);
  token = launchToken;
  const { ports } = JSON.parse(await readFile(join(folder, 'console', 'install.json'), 'utf8')) as {
    ports: { page: number; mail: number };
  };
  expect(ports.page).toBe(Number(port));
  page = addressOf(ports.page);
  mail = addressOf(ports.mail);
});
afterAll(async () => {
  const ended = new Promise((resolve) => app.once('exit', resolve));
  app.kill('SIGTERM');
  expect(await ended).toBe(0);
  await rm(folder, { recursive: true, force: true });
});

describe('the built app on loopback', () => {
  it('accepts none of the hostile shapes, and still answers the page afterwards', async () => {
    const shapes = hostileRequests({ page, mail, token });
    expect(shapes.length).toBeGreaterThanOrEqual(30);
    const accepted: string[] = [];
    for (const { name, ear, head, body } of shapes) {
      const answer = await sendRaw(portOf(ear === 'page' ? page : mail), head, body ?? '');
      const status = statusOf(answer);
      if (status > 0 && status < 400) accepted.push(`${name}: ${status}`);
    }
    expect(accepted).toEqual([]);
    expect(sessionSchema.parse(JSON.parse((await door('/door/session')).body)).mailFrameUrl).toBe(
      `${mail.origin}/mail-frame`,
    );
  });

  it('gives no foreign page leave to read anything: not one CORS header on any answer', async () => {
    for (const path of ['/door/session', '/', '/blob/none?s=x']) {
      const { headers } = await door(path);
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
      expect(headers['set-cookie']).toBeUndefined();
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
  });
});

function readyLine(child: ChildProcess): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout?.on('data', (part: Buffer) => {
      said += part.toString();
      const ready = READY.exec(said);
      if (ready !== null) resolve(ready);
    });
    child.once('exit', (code) => reject(new Error(`The app ended with ${code}:\n${said}`)));
  });
}

function door(path: string): Promise<{ body: string; headers: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const asking = request(`${page.origin}${path}`, { headers: { [TOKEN_HEADER]: token } }, (answer) => {
      let body = '';
      answer.on('data', (part: Buffer) => (body += part.toString()));
      answer.on('end', () => resolve({ body, headers: answer.headers }));
    });
    asking.on('error', reject);
    asking.end();
  });
}

function addressOf(port: number): OriginAddress {
  return { host: `127.0.0.1:${port}`, origin: `http://127.0.0.1:${port}` };
}

function portOf({ host }: OriginAddress): number {
  return Number(host.split(':')[1]);
}
