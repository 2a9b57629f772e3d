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
import { copyOf, openPublisher } from './publisher';
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
  /** What each account's backend keeps by itself, by account id. */
  keeps(): Readonly<Record<string, Readonly<Keeps>>>;
  /** Something is different: pages ask again. */
  onChange(): void;
  log(sentence: string): void;
}

/** @throws DataFolderError when a file of the folder is damaged */
export async function openTeam(options: TeamOptions): Promise<Team> {
  const { fs, folder, http, clock, secrets, keeps, onChange, log } = options;
  await fs.makeFolder(folder);
  const followed = await openFollowedBundle({ fs, folder, http, clock });
  const publisher = await openPublisher({ fs, folder, secrets, clock });
  const bookPath = (book: TeamBook): string => join(folder, `${book}.json`);
  const books: Record<TeamBook, TeamData> = {
    computer: (await readJson(fs, bookPath('computer'), teamDataSchema)) ?? NO_TEAM_DATA,
    draft: (await readJson(fs, bookPath('draft'), teamDataSchema)) ?? NO_TEAM_DATA,
  };
  const closing = new AbortController();
  let last: Promise<unknown> = Promise.resolve();
  let asking: Promise<void> = Promise.resolve();

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

  /** One after the other: two windows must not write over each other's records. */
  function change(step: () => Promise<unknown>): Promise<TeamState> {
    const done = last.then(async () => {
      await step();
      onChange();
      return state();
    });
    last = done.catch(() => undefined);
    return done;
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

  async function askAgain(signal: AbortSignal): Promise<void> {
    if (await followed.refresh(signal)) {
      const now = followed.state();
      if (now?.problem)
        log(`The team's settings bundle is not taken: ${now.problem.kind} ${now.problem.detail}.`);
      onChange();
    }
  }

  /** The publisher's own console has what it published, wherever the file still has to go. */
  async function publish(): Promise<void> {
    await followed.take(await publisher.publish(books.draft));
  }

  return {
    state,
    data: () => ({ team: followed.data(), computer: books.computer }),
    look: async (link, signal) => followed.look(must(link), signal),
    follow: (link, signal) =>
      change(async () => {
        await followed.follow(must(link));
        await followed.refresh(signal);
      }),
    unfollow: () => change(() => followed.follow(null)),
    refresh: (signal) => change(() => followed.refresh(signal)),
    put: (book, put) => change(() => save(book, withRecord(books[book], put.kind, put.record))),
    remove: (book, { kind, id }) => change(() => save(book, withoutRecord(books[book], kind, id))),
    setUpPublisher: (draft, signal) =>
      change(async () => {
        const isNew = publisher.link() === null;
        await publisher.setUp(draft);
        const link = publisher.link();
        const own = followed.link() === null || followed.link()?.id === link?.id;
        if (link === null || !own) return;
        await followed.follow(link);
        if (!isNew) await followed.refresh(signal);
      }),
    publish: () => change(publish),
    changeKey: () =>
      change(async () => {
        await publisher.changeKey();
        await publish();
      }),
    bundleFile() {
      const file = publisher.file();
      if (file === null) throw new TeamError('not-found', 'No revision was published yet.');
      return file;
    },
    start() {
      asking = (async () => {
        while (!closing.signal.aborted) {
          // What nobody foresaw is told and tried again: the last good copy is in use all the while.
          await (last = last.then(() => askAgain(closing.signal))).catch((error: unknown) =>
            log(`The team's settings bundle could not be asked for: ${String(error)}`),
          );
          last = last.catch(() => undefined);
          await clock.sleep(REFRESH_EVERY_MS, closing.signal);
        }
      })();
    },
    async close() {
      closing.abort();
      await asking;
      await last;
    },
  };
}
