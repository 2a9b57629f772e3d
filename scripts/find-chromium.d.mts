export function findChromium(): Promise<string>;
export function unpackChromium(): Promise<string>;
