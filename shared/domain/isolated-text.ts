/**
 * Strangers' words inside a sentence of ours. A mark that turns the direction of writing (UAX #9) and
 * is never closed would turn the rest of the sentence with it, so that it says something else.
 */
const TURNS = /[\u202a-\u202e\u2066-\u2069]/;
const ISOLATES = /[\u2066-\u2069]/g;

/** The words so that nothing behind them is turned; unchanged where they hold no such mark. */
export function isolated(words: string): string {
  // Marks of isolation inside could close ours; what else is open ends with it.
  return TURNS.test(words) ? `\u2068${words.replace(ISOLATES, '')}\u2069` : words;
}
