/** The command `backend:check` as it is typed, on the embedded helpdesk as it is built. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHelpdesk, startNode, type RunningHelpdesk } from '../../e2e/harness/processes';

interface Line {
  backend: string;
  capability: string;
  result: string;
  reason: string;
  ms: number;
}

async function check(...args: string[]): Promise<{ code: unknown; lines: Line[]; said: string }> {
  const running = startNode('check/run.mjs', [...args, '--json'], { HOLDFAST_TOKEN: helpdesk.token });
  const code = await running.ended;
  const lines = running.lines().flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Line] : []));
  return { code, lines, said: running.output() };
}

const resultOf = (lines: readonly Line[], capability: string): string | undefined =>
  lines.find((line) => line.capability === capability)?.result;

let dataDir: string;
let helpdesk: RunningHelpdesk;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'holdfast-check-test-'));
  helpdesk = await startHelpdesk({ dataDir });
});
afterAll(async () => {
  await helpdesk.stop();
  await rm(dataDir, { recursive: true, force: true });
});

describe('npm run backend:check', () => {
  it('judges a server that lives, and leaves no conversation behind', async () => {
    const { code, lines, said } = await check('embedded', '--url', helpdesk.url, '--write');
    expect(code, said).toBe(0);
    for (const line of lines) {
      expect(Object.keys(line)).toEqual(['backend', 'capability', 'result', 'reason', 'ms']);
      expect(line.backend).toBe('embedded');
    }
    for (const capability of ['reply', 'note', 'status', 'assignee', 'delta', 'history', 'tier', 'cleanUp']) {
      expect(resultOf(lines, capability), capability).toBe('pass');
    }
    expect(said).not.toContain(helpdesk.token);
    const { lines: after } = await check('embedded', '--url', helpdesk.url);
    expect(after.find(({ capability }) => capability === 'read')?.reason).toContain('0 open');
    expect(resultOf(after, 'reply')).toBe('absent');
  });

  it('fails with the step that failed: a wrong key, a wrong address, a backend nobody knows', async () => {
    const wrongKey = await check('embedded', '--url', helpdesk.url, '--token', 'wrong');
    expect([wrongKey.code, resultOf(wrongKey.lines, 'signIn')]).toEqual([1, 'fail']);
    const nobody = await check('embedded', '--url', 'http://127.0.0.1:9');
    expect([nobody.code, resultOf(nobody.lines, 'address')]).toEqual([1, 'fail']);
    const unknown = await check('no-such-backend', '--url', helpdesk.url);
    expect([unknown.code, resultOf(unknown.lines, 'profile')]).toEqual([1, 'fail']);
  });

  it('fails when nothing matches, and says how it is used when it is asked wrongly', async () => {
    expect(await check('--all', 'no-such-backend')).toMatchObject({ code: 1, lines: [] });
    expect(await check('embedded')).toMatchObject({ code: 2, lines: [] });
  });
});
