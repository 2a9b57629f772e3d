/**
 * The few file operations that durable storage needs, as a port: Node's implementation lives in
 * `electron/files`, a fake one with torn writes in `shared/testing`.
 */
export interface FileSystem {
  /** Names of the files in a folder, unordered; an absent folder is empty. */
  list(folder: string): Promise<string[]>;
  /** Makes a folder and its parents. */
  makeFolder(folder: string): Promise<void>;
  /** The whole file; `null` when there is none. */
  read(path: string): Promise<Uint8Array | null>;
  /** `length` bytes from `offset`; fewer at the end of the file. */
  readRange(path: string, offset: number, length: number): Promise<Uint8Array>;
  /** Replaces a file atomically and durably (temporary file, fsync, rename, folder fsync). */
  replace(path: string, bytes: Uint8Array): Promise<void>;
  /** Opens a file for appending, making it when absent; the folder entry is durable on return. */
  append(path: string): Promise<AppendFile>;
  remove(path: string): Promise<void>;
}

/** An open file that only grows. */
export interface AppendFile {
  /** Bytes in the file, counting what is not yet synced. */
  readonly size: number;
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves once everything written survives a power loss (fsync). */
  sync(): Promise<void>;
  /** Cuts the file to a length, durably; used to drop a torn tail. */
  truncate(size: number): Promise<void>;
  close(): Promise<void>;
}
