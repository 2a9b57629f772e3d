/** A reason not to start, in words for the person at the keyboard. */
export class StartError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'StartError';
  }
}

/** The disk refused a write; nothing is accepted until the helpdesk is started again. */
export class StorageFailure extends Error {
  constructor(detail: string) {
    super(
      `The helpdesk could not write to its data folder (${detail}), so it accepts nothing more. ` +
        'Free some disk space or repair the folder, then start it again: everything acknowledged so far is kept.',
    );
    this.name = 'StorageFailure';
  }
}
