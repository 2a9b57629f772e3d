/** Composition root of the desktop app. */
import { homedir, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runDesktop } from './desktop/desktop';
import { electronParts } from './desktop/electron-parts';
import { socketPathFor } from './desktop/socket-path';
import { defaultDataFolder } from './start/data-folder';
import { createHelpdeskLauncher } from './start/helpdesk-child';

/** This file is built to out/main/main.js. */
const OUT_FOLDER = dirname(import.meta.dirname);

// Chromium's own switches stand on the same command line: what is not known here is theirs.
const { values } = parseArgs({
  args: process.argv.slice(1),
  strict: false,
  options: { data: { type: 'string' } },
});
const dataFolder =
  typeof values.data === 'string'
    ? resolve(values.data)
    : defaultDataFolder(process.platform, process.env, homedir());

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => electronParts.app.quit());

// Not awaited: Electron becomes ready only after this module has been evaluated.
runDesktop(electronParts, {
  dataFolder,
  outFolder: OUT_FOLDER,
  iconFolder: join(dirname(OUT_FOLDER), 'resources', 'icons'),
  socketPath: () => socketPathFor(dataFolder, process.platform, tmpdir()),
  launchHelpdesk: (start, o) => createHelpdeskLauncher(start).start(o),
}).catch((error: unknown) => {
  electronParts.dialog.showErrorBox('Holdfast', error instanceof Error ? error.message : String(error));
  electronParts.app.exit(1);
});
