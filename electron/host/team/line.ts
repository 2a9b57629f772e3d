/** Steps that must not overlap, one after the other, whatever became of those before. */
export interface Line {
  step<T>(run: () => Promise<T>): Promise<T>;
  /** Resolves once all steps so far have ended. */
  idle(): Promise<void>;
}

export function newLine(): Line {
  let last: Promise<unknown> = Promise.resolve();
  return {
    step(run) {
      const done = last.then(run);
      last = done.catch(() => undefined);
      return done;
    },
    idle: async () => void (await last),
  };
}
