/** Consoles that share a folder of the team, each with a data folder of its own; for tests only. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeFileSystem } from '@electron/files/node-file-system';
import { BackendError } from '@shared/backends/backend-error';
import type { HttpClient } from '@shared/backends/http';
import type { TeamRecordPut } from '@shared/contract/team';
import { secretsIn } from '../accounts/secrets';
import { openVault } from '../accounts/vault';
import { systemClock } from '../system-clock';
import { asProcess, openShare, type Share } from './share';
import { openTeam, type Team } from './team';

export const NEVER = new AbortController().signal;

/** Folders of the team as on a share that went away: every look into a pipe there waits for ever. */
export const deadShare = (start = asProcess): Share =>
  openShare({ startMs: 60_000, workMs: 100 }, start, OPENS_A_PIPE);
const OPENS_A_PIPE = `process.stdout.write('.', () => require('node:fs').openSync(process.argv.at(-2)))`;

export interface TeamKit {
  /** The folder in which the bundle lies. */
  shared: string;
  /** Opens, or opens again, the console with this name; its clock may be wrong by hours. */
  open(name: string, clockIsOffByMs?: number, share?: Share): Promise<Team>;
  close(): Promise<void>;
}

export async function openTeamKit(http?: HttpClient): Promise<TeamKit> {
  const root = await mkdtemp(join(tmpdir(), 'holdfast-team-'));
  const shared = join(root, 'shared');
  await mkdir(shared);
  return {
    shared,
    async open(name, clockIsOffByMs = 0, share = openShare()) {
      const data = join(root, name);
      await mkdir(data, { recursive: true });
      return openTeam({
        fs: nodeFileSystem,
        folder: join(data, 'team'),
        http: http ?? (() => Promise.reject(new BackendError('refused', 'Nobody listens.'))),
        clock: { ...systemClock, now: () => systemClock.now() + clockIsOffByMs },
        secrets: secretsIn(await openVault(nodeFileSystem, join(data, 'vault.json'), null)),
        share,
        keeps: () => ({ desk: {} }),
        onChange: () => undefined,
        log: () => undefined,
      });
    },
    close: () => rm(root, { recursive: true, force: true }),
  };
}

export const reply = (id: string, title: string): TeamRecordPut => ({
  kind: 'teamReply',
  record: {
    id,
    title,
    body: { type: 'text', content: `${title}: thank you for writing.` },
    shortcut: null,
    folder: null,
    languages: [],
  },
});

export const answerWithin = (firstAnswerWithinMs: number): TeamRecordPut => ({
  kind: 'answerPolicy',
  record: { id: 'p1', channel: 'email', firstAnswerWithinMs, calendarId: 'always' },
});
export const ALWAYS: TeamRecordPut = {
  kind: 'calendar',
  record: { id: 'always', name: 'Always', hours: 'always' },
};
