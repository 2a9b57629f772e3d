export function sourceHash(root?: string): Promise<string>;
export function buildIfStale(options?: { force?: boolean; log?: (line: string) => void }): Promise<boolean>;
