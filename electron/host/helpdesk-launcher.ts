/** How the embedded helpdesk is started: as a child process in browser mode, by the shell on the desktop. */
export interface LaunchOptions {
  /** The helpdesk's own data folder. */
  dataDir: string;
  /** `null`: any free port. */
  port: number | null;
  /** How many sample conversations an empty store is filled with. */
  seed: number;
}

export interface LaunchedHelpdesk {
  /** `http://127.0.0.1:PORT/` */
  url: string;
  /** The agent's token for its REST API. */
  token: string;
  /** Resolves when it has ended, however that came. */
  exited: Promise<void>;
  stop(): Promise<void>;
}

export interface HelpdeskLauncher {
  /** Resolves once it answers. Rejects with a sentence when it cannot start. */
  start(options: LaunchOptions): Promise<LaunchedHelpdesk>;
}
