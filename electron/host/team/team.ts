/** The team's data in the host: what is followed, what is only here, and what is to be published. */
import { join } from 'node:path';
import type { Clock } from '@shared/backends/clock';
import type { HttpClient } from '@shared/backends/http';
import {
  teamDataSchema,
  type PublisherDraft,
  type TeamBook,
  type TeamLook,
  type TeamRecordName,
  type TeamRecordPut,
  type TeamState,
} from '@shared/contract/team';
import { NO_TEAM_DATA, withoutRecord, withRecord, type Keeps, type TeamData } from '@shared/domain/team-data';
import type { FileSystem } from '@shared/storage/file-system';
import type { Secrets } from '../accounts/secrets';
import { readJson, writeJson } from '../json-file';
import { openFollowedBundle } from './followed-bundle';
import { newLine } from './line';
import { copyOf, openPublisher } from './publisher';
import { openShare, type Share } from './share';
import { TeamError } from './team-error';
import { readLink, type TeamLink } from './team-link';

export const REFRESH_EVERY_MS = 10 * 60_000;

export interface Team {
  state(): TeamState;
  /** What the bundle in use says, and what is only here. */
  data(): { team: TeamData; computer: TeamData };
  look(link: string, signal: AbortSignal): Promise<TeamLook>;
  follow(link: string, signal: AbortSignal): Promise<TeamState>;
  unfollow(): Promise<TeamState>;
  refresh(signal: AbortSignal): Promise<TeamState>;
  put(book: TeamBook, put: TeamRecordPut): Promise<TeamState>;
  remove(book: TeamBook, name: TeamRecordName): Promise<TeamState>;
  setUpPublisher(draft: PublisherDraft, signal: AbortSignal): Promise<TeamState>;
  publish(): Promise<TeamState>;
  changeKey(): Promise<TeamState>;
  /** The newest published revision. @throws TeamError */
  bundleFile(): Uint8Array;
  /** Asks for the bundle now and every ten minutes. */
  start(): void;
  close(): Promise<void>;
}

export interface TeamOptions {
  fs: FileSystem;
  folder: string;
  http: HttpClient;
  clock: Clock;
  secrets: Secrets;
  /** Left out: programs of its own work in the team's folders. */
  share?: Share;
  /** What each account's backend keeps by itself, by account id. */
  keeps(): Readonly<Record<string, Readonly<Keeps>>>;
  /** Something is different: pages ask again. */
  onChange(): void;
  log(sentence: string): void;
}

/** @throws DataFolderError when a file of the folder is damaged */
export async function openTeam(options: TeamOptions): Promise<Team> {
  const { fs, folder, http, clock, secrets, keeps, onChange, log, share = openShare() } = options;
  await fs.makeFolder(folder);
  const followed = await openFollowedBundle({ fs, folder, ways: { http, share }, clock });
  const publisher = await openPublisher({ fs, folder, secrets, clock, share });
  const bookPath = (book: TeamBook): string => join(folder, `${book}.json`);
  const books: Record<TeamBook, TeamData> = {
    computer: (await readJson(fs, bookPath('computer'), teamDataSchema)) ?? NO_TEAM_DATA,
    draft: (await readJson(fs, bookPath('draft'), teamDataSchema)) ?? NO_TEAM_DATA,
  };
  const closing = new AbortController();
  // Asking a bundle's place waits in no line: whatever does not answer there holds up nobody here.
  const changing = newLine();
  const publishing = newLine();

  function state(): TeamState {
    return {
      keeps: structuredClone(keeps()),
      followed: followed.state(),
      team: copyOf(followed.data()),
      computer: copyOf(books.computer),
      publisher: publisher.state(),
      draft: copyOf(books.draft),
    };
  }

  async function told(step: Promise<unknown>): Promise<TeamState> {
    await step;
    onChange();
    return state();
  }

  async function save(book: TeamBook, data: TeamData): Promise<void> {
    await writeJson(fs, bookPath(book), data);
    books[book] = data;
  }

  function must(link: string): TeamLink {
    const read = readLink(link);
    if (read === null) throw new TeamError('bad-address', 'This is no link to a settings bundle.');
    return read;
  }

  const untilClosing = (signal: AbortSignal): AbortSignal => AbortSignal.any([signal, closing.signal]);

  async function askAgain(): Promise<void> {
    if (await followed.refresh(closing.signal)) {
      const now = followed.state();
      if (now?.problem)
        log(`The team's settings bundle is not taken: ${now.problem.kind} ${now.problem.detail}.`);
      onChange();
    }
  }

  /** The publisher's own console has what it published, wherever the file still has to go. */
  async function publish(): Promise<void> {
    // With all that was put in before.
    await changing.idle();
    await followed.take(await publisher.publish(books.draft));
  }

  return {
    state,
    data: () => ({ team: followed.data(), computer: books.computer }),
    look: async (link, signal) => followed.look(must(link), untilClosing(signal)),
    async follow(link, signal) {
      await told(followed.follow(must(link)));
      return told(followed.refresh(untilClosing(signal)));
    },
    unfollow: () => told(followed.follow(null)),
    refresh: (signal) => told(followed.refresh(untilClosing(signal))),
    put: (book, put) => told(changing.step(() => save(book, withRecord(books[book], put.kind, put.record)))),
    remove: (book, { kind, id }) =>
      told(changing.step(() => save(book, withoutRecord(books[book], kind, id)))),
    async setUpPublisher(draft, signal) {
      const asks = await publishing.step(async () => {
        const isNew = publisher.link() === null;
        await publisher.setUp(draft);
        const link = publisher.link();
        const own = followed.link() === null || followed.link()?.id === link?.id;
        if (link === null || !own) return false;
        await followed.follow(link);
        return !isNew;
      });
      return told(asks ? followed.refresh(untilClosing(signal)) : Promise.resolve());
    },
    publish: () => told(publishing.step(publish)),
    changeKey: () =>
      told(
        publishing.step(async () => {
          await publisher.changeKey();
          await publish();
        }),
      ),
    bundleFile() {
      const file = publisher.file();
      if (file === null) throw new TeamError('not-found', 'No revision was published yet.');
      return file;
    },
    start() {
      void (async () => {
        while (!closing.signal.aborted) {
          // What nobody foresaw is told and tried again: the last good copy is in use all the while.
          await askAgain().catch((error: unknown) => {
            if (!closing.signal.aborted)
              log(`The team's settings bundle could not be asked for: ${String(error)}`);
          });
          await clock.sleep(REFRESH_EVERY_MS, closing.signal);
        }
      })();
    },
    async close() {
      closing.abort();
      share.close();
      // What is being written here. Nothing of it waits for a folder or a server any more.
      await Promise.all([changing.idle(), publishing.idle(), followed.settled()]);
    },
  };
}
