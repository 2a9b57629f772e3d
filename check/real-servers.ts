/** Backends of which a real server can be at hand, started for the check and ended after it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHttpClient } from '@electron/host/http-client';
import { systemClock } from '@electron/host/system-clock';
import type { BackendCheckOptions } from '@shared/backends/check/backend-check';
import { backendFor, type BackendSettings } from '@shared/backends/registry';
import { startHelpdesk } from '../e2e/harness/processes';
import { startRequestTracker, whyNoRequestTracker } from '../e2e/harness/request-tracker';
import { buildIfStale } from '../scripts/build-if-stale.mjs';
import { judgeTarget, tellNoServer, type Told } from './target';

/** A server may trail its own writes by so much. */
export const PATIENCE_MS = 90_000;

/** By the id of their backend. */
export const REAL_SERVERS: Readonly<Record<string, (told: Told) => Promise<void>>> = {
  embedded: judgeEmbedded,
  'request-tracker': judgeRequestTracker,
};

async function judgeReal(
  id: string,
  at: Omit<BackendSettings, 'accountId'>,
  told: Told,
  others: BackendCheckOptions['others'] = {},
): Promise<void> {
  const http = createHttpClient();
  try {
    await judgeTarget(
      {
        name: id,
        connect: ({ wrap }) => backendFor(id, { accountId: 'check', ...at }, wrap(http.request), systemClock),
        clock: systemClock,
        write: true,
        patienceMs: PATIENCE_MS,
        others,
      },
      told,
    );
  } finally {
    http.close();
  }
}

async function judgeEmbedded(told: Told): Promise<void> {
  await buildIfStale({ log: (line) => process.stderr.write(`${line}\n`) });
  const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-check-'));
  const { url, token, stop } = await startHelpdesk({ dataDir });
  const post = async (path: string, json: unknown): Promise<void> => {
    const response = await fetch(new URL(path, url), {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(json),
    });
    if (!response.ok) throw new Error(`It refuses ${path}: ${response.status}.`);
  };
  try {
    await post('/api/v1/saved-replies', {
      title: 'A checked title',
      body: { type: 'text', content: 'A checked text' },
      shortcut: null,
      folder: null,
    });
    await judgeReal('embedded', { url, token }, told, {
      merge: (conversationId, into) => post(`/api/v1/conversations/${conversationId}/merge`, { into }),
    });
  } finally {
    await stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** On the one that RT_URL and RT_TOKEN name, else on one of its own where it can be started. */
async function judgeRequestTracker(told: Told): Promise<void> {
  const { RT_URL: url, RT_TOKEN: token } = process.env;
  if (url !== undefined && token !== undefined) {
    return judgeReal('request-tracker', { url, token }, told);
  }
  const whyNot = await whyNoRequestTracker();
  if (whyNot !== null) return tellNoServer('request-tracker', whyNot, told);
  const tracker = await startRequestTracker();
  try {
    await judgeReal('request-tracker', { url: tracker.url, token: tracker.tokens.anna }, told);
  } finally {
    await tracker.stop();
  }
}
