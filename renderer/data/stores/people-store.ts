/** The person beside a conversation: its contact, and the contacts of other accounts that are the same. */
import type { Contact } from '@shared/domain/entities';
import {
  contactKey,
  personOf,
  type ContactKey,
  type Person,
  type PersonVerdict,
} from '@shared/domain/people';
import type { CacheReader } from '../cache/cache-reader';
import type { Delta } from '../leader/channel';
import { KeyedListeners, type Signal } from './signal';

/** Whoever joins may bring others along: so many times is looked further. */
const ROUNDS = 3;

const NOBODY: Person = { joined: [], suggested: [], parted: [] };

type Watched<T> = Pick<Signal<T>, 'get' | 'subscribe'>;

export class PeopleStore {
  readonly #reader: Pick<CacheReader, 'contact' | 'contacts' | 'contactsLike'>;
  readonly #verdicts: Watched<readonly PersonVerdict[]>;
  readonly #listeners = new KeyedListeners();
  readonly #people = new Map<ContactKey, Person>();

  constructor(
    reader: Pick<CacheReader, 'contact' | 'contacts' | 'contactsLike'>,
    verdicts: Watched<readonly PersonVerdict[]>,
  ) {
    this.#reader = reader;
    this.#verdicts = verdicts;
    verdicts.subscribe(() => this.#readAll());
  }

  subscribe(key: ContactKey, listener: () => void): () => void {
    const stop = this.#listeners.subscribe(key, listener);
    void this.#read(key);
    return () => {
      stop();
      if (!this.#listeners.has(key)) this.#people.delete(key);
    };
  }

  /** Nobody else while it is being looked for. */
  person(key: ContactKey): Person {
    return this.#people.get(key) ?? NOBODY;
  }

  takeDelta(delta: Delta): void {
    if (delta.contacts.length > 0) this.#readAll();
  }

  reset(): void {
    this.#readAll();
  }

  #readAll(): void {
    for (const key of this.#listeners.keys()) void this.#read(key);
  }

  async #read(key: ContactKey): Promise<void> {
    try {
      const anchor = await this.#reader.contact(key);
      const person = anchor === null ? NOBODY : await this.#find(anchor);
      if (!this.#listeners.has(key)) return;
      if (JSON.stringify(this.#people.get(key) ?? NOBODY) === JSON.stringify(person)) return;
      this.#people.set(key, person);
      this.#listeners.wake(key);
    } catch {
      // The database is being replaced: read again with the refill.
    }
  }

  async #find(anchor: Contact): Promise<Person> {
    const verdicts = this.#verdicts.get();
    const known = new Map([[contactKey(anchor), anchor]]);
    let person = NOBODY;
    for (let round = 0; round < ROUNDS; round += 1) {
      const members = [anchor, ...person.joined.map(({ contact }) => contact)];
      const keys = new Set(members.map(contactKey));
      const told = verdicts.flatMap(({ a, b }) => (keys.has(a) ? [b] : keys.has(b) ? [a] : []));
      const found = await Promise.all([this.#reader.contactsLike(members), this.#reader.contacts(told)]);
      const before = known.size;
      for (const contact of found.flat()) known.set(contactKey(contact), contact);
      person = personOf(anchor, [...known.values()], verdicts);
      if (known.size === before) break;
    }
    return person;
  }
}
