/** What the people of several vendors' simulators have in common. */
import type { CustomerSide } from './contract-kit';

/** A desk that knows its conversations by number. */
export interface NumberedDesk {
  customerAnswers(id: number, text: string): unknown;
  remove(id: number): unknown;
  merge(id: number, into: number): unknown;
}

/** Customers and colleagues at such a desk. @param done lets time pass after each thing that they do */
export function peopleAt(
  desk: NumberedDesk,
  done: () => Promise<void>,
): Required<Pick<CustomerSide, 'customerAnswers' | 'remove' | 'merge'>> {
  return {
    customerAnswers(id, text) {
      desk.customerAnswers(Number(id), text);
      return done();
    },
    remove(id) {
      desk.remove(Number(id));
      return done();
    },
    merge(id, into) {
      desk.merge(Number(id), Number(into));
      return done();
    },
  };
}

/** Finds by the id as the adapter knows it. @throws Error when the test names what is not there */
export function knownIn<T>(things: ReadonlyMap<number, T>): (id: string) => T {
  return (id) => {
    const thing = things.get(Number(id));
    if (thing === undefined) throw new Error(`The simulated desk has no conversation ${id}.`);
    return thing;
  };
}
