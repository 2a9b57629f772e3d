/**
 * The helpdesk's data folder:
 *
 *   helpdesk.json   format version, key of the codes in mail, every start there was
 *   tokens.json     the agent's token, readable by the owner only
 *   journal/        everything that happened
 *   files/          attachments and long bodies by their hash
 *   maildir/        outgoing mail: tmp, new, cur
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { chmod } from 'node:fs/promises';
import type { FileSystem } from '@shared/storage/file-system';
import { z } from 'zod';
import { StartError } from './errors';

export const FORMAT = 1;

/** One run of the helpdesk: which revision the folder was at when it began. */
const lifeSchema = z.object({ id: z.string().regex(/^\w+$/u), from: z.int().nonnegative() });
export type Life = z.infer<typeof lifeSchema>;

/** Places that clients hold since before this many starts are refused, and they read all again. */
const MOST_LIVES = 1_000;

const identitySchema = z.object({
  format: z.int(),
  mailSecret: z.string().min(16),
  /** Every start, oldest first: what shows that the folder was restored from a backup. */
  lives: z.array(lifeSchema).default([]),
});
export type FolderIdentity = z.infer<typeof identitySchema>;

const tokensSchema = z.object({
  agent: z.object({ id: z.string().min(1), name: z.string(), token: z.string().min(16) }),
});
export type Tokens = z.infer<typeof tokensSchema>;

export interface DataFolder {
  path: string;
  identity: FolderIdentity;
  journal: string;
  files: string;
  maildir: string;
}

/**
 * Makes or opens the folder.
 * @throws StartError when it cannot be used, is damaged, or was written by a newer version
 */
export async function openDataFolder(fs: FileSystem, path: string): Promise<DataFolder> {
  try {
    await fs.makeFolder(path);
    const identity = await ownIdentity(fs, join(path, 'helpdesk.json'));
    return {
      path,
      identity,
      journal: join(path, 'journal'),
      files: join(path, 'files'),
      maildir: join(path, 'maildir'),
    };
  } catch (error) {
    throw error instanceof StartError ? error : unusable(path, error);
  }
}

/** Writes down that the helpdesk starts at this revision; gives every start there was, this one last. */
export async function beginLife(
  fs: FileSystem,
  folder: DataFolder,
  revision: number,
): Promise<readonly Life[]> {
  const life: Life = { id: randomBytes(6).toString('hex'), from: revision };
  const lives = [...folder.identity.lives, life].slice(-MOST_LIVES);
  // On a full disk it can still be read. Places handed out now are then refused at the next start.
  await writePrivately(fs, join(folder.path, 'helpdesk.json'), { ...folder.identity, lives }).catch(
    () => undefined,
  );
  return lives;
}

/** The tokens of the folder, made at the first start for the first agent. */
export async function openTokens(
  fs: FileSystem,
  folder: DataFolder,
  agent: { id: string; name: string },
): Promise<Tokens> {
  const path = join(folder.path, 'tokens.json');
  const found = await readJson(fs, path, tokensSchema, 'Delete it and start again to get a new token.');
  if (found) return found;
  const tokens: Tokens = { agent: { ...agent, token: randomBytes(32).toString('base64url') } };
  await writePrivately(fs, path, tokens);
  return tokens;
}

/** The sentence for a folder that the system does not let us use. */
export function unusable(path: string, error: unknown): StartError {
  const detail = error instanceof Error ? error.message : String(error);
  return new StartError(
    `The data folder ${path} cannot be used (${detail}). Check that it is a folder you may read and write, or choose another with --data.`,
  );
}

async function ownIdentity(fs: FileSystem, path: string): Promise<FolderIdentity> {
  const found = await readJson(
    fs,
    path,
    identitySchema,
    'Restore it from a backup, or choose another folder with --data.',
  );
  if (!found) {
    const identity: FolderIdentity = {
      format: FORMAT,
      mailSecret: randomBytes(32).toString('base64url'),
      lives: [],
    };
    await writePrivately(fs, path, identity);
    return identity;
  }
  if (found.format > FORMAT) {
    throw new StartError(
      `The data folder was written by a newer version (format ${found.format}, this one knows ${FORMAT}). Start the newer version, or choose another folder with --data.`,
    );
  }
  return found;
}

async function readJson<T>(
  fs: FileSystem,
  path: string,
  schema: z.ZodType<T>,
  advice: string,
): Promise<T | null> {
  const bytes = await fs.read(path);
  if (bytes === null) return null;
  try {
    return schema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    throw new StartError(`The file ${path} is damaged: it does not hold what the helpdesk wrote. ${advice}`);
  }
}

async function writePrivately(fs: FileSystem, path: string, value: unknown): Promise<void> {
  await fs.replace(path, new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`));
  await chmod(path, 0o600);
}
