/** The same reference came with other content: a page bug or a copied profile; nothing was changed. */
export class ReusedRefError extends Error {
  constructor(readonly ref: string) {
    super(`The reference ${ref} was already used for another intent.`);
    this.name = 'ReusedRefError';
  }
}

/** The row has gone too far for this command. */
export class TooLateError extends Error {
  constructor(readonly ref: string) {
    super(`The intent ${ref} can no longer be changed.`);
    this.name = 'TooLateError';
  }
}

/** No row has this reference. */
export class UnknownRefError extends Error {
  constructor(readonly ref: string) {
    super(`No intent has the reference ${ref}.`);
    this.name = 'UnknownRefError';
  }
}

/** The backend cannot do what the agent asked for. */
export class NotOfferedError extends Error {
  constructor(what: string) {
    super(`This helpdesk cannot ${what}.`);
    this.name = 'NotOfferedError';
  }
}
