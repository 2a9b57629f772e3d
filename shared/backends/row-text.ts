/** Texts of rows that vendors leave out, give as `null`, or give empty, all with one meaning. */

const PREVIEW_CHARACTERS = 200;

type Text = string | null | undefined;

/** The text as a list of one, or of none. */
export function given(text: Text): string[] {
  return text === undefined || text === null || text === '' ? [] : [text];
}

/** The first of these that is there. */
export function firstGiven(...texts: readonly Text[]): string | undefined {
  return texts.flatMap(given)[0];
}

/** The first 200 characters as one line, for previews of vendors that give none. */
export function lineOf(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, PREVIEW_CHARACTERS);
}
