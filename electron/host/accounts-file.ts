import type { FileSystem } from '@shared/storage/file-system';
import { BACKEND_IDS } from '@shared/backends/registry';
import { z } from 'zod';
import { DataFolderError, readJson } from './json-file';

const accountSetupSchema = z.object({
  /** Names the account in every key: no slash. */
  id: z.string().regex(/^[A-Za-z0-9_.-]{1,100}$/),
  name: z.string().min(1).max(200),
  backend: z.string(),
  url: z.url({ protocol: /^https?$/ }),
  token: z.string(),
});
/** A connection to a helpdesk, as `accounts.json` (0600) names it. */
export type AccountSetup = z.infer<typeof accountSetupSchema>;

/**
 * The accounts set up by hand; empty when there are none.
 * @throws DataFolderError with a sentence when the file is damaged or names an unknown backend
 */
export async function readAccounts(fs: FileSystem, path: string): Promise<readonly AccountSetup[]> {
  const accounts = (await readJson(fs, path, z.array(accountSetupSchema))) ?? [];
  const unknown = accounts.find((account) => !BACKEND_IDS.includes(account.backend));
  if (unknown !== undefined) {
    throw new DataFolderError(
      `${path} names the backend "${unknown.backend}", which this version does not know. It knows: ${BACKEND_IDS.join(', ')}.`,
    );
  }
  const ids = accounts.map((account) => account.id);
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  if (twice !== undefined)
    throw new DataFolderError(`${path} names the account "${twice}" twice. Rename one.`);
  return accounts;
}
