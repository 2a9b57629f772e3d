/** Entry of the helpdesk process. */
import { HELP, readOptions, type HelpdeskOptions } from './cli-options';
import { importFolder } from './mail/import-folder';
import { fillWithSamples } from './seed/fill';
import { openHelpdesk, type RunningHelpdesk } from './server';
import { StartError, StorageFailure } from './store/errors';

const REFUSED_EXIT_CODE = 2;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function run(options: HelpdeskOptions): Promise<void> {
  const helpdesk = await openHelpdesk(options.data, Date.now, options.authservId);
  tellRecovery(helpdesk);
  endWithSignals(helpdesk, options.supervised);
  const address = await helpdesk.listen(options.port);
  if (options.seed > 0) {
    const made = await fillWithSamples(helpdesk.desk, helpdesk.mail, options.seed);
    say(
      made === null
        ? 'The helpdesk is not empty; --seed changed nothing.'
        : `Made ${made} sample conversations.`,
    );
  }
  if (options.importFolder !== null) await importFolder(helpdesk, options.importFolder, say);
  say(`Embedded helpdesk is ready: ${address}`);
}

function tellRecovery({ recovery }: RunningHelpdesk): void {
  if (recovery.tornBytes > 0) {
    say(
      `The last write was cut off by a crash: ${recovery.tornBytes} bytes at the end of the journal were dropped. Nothing acknowledged is missing.`,
    );
  }
  if (recovery.damaged > 0) {
    say(
      `${recovery.damaged} records of the journal were damaged and set aside in files ending in .damaged. The rest was read; compare with a backup.`,
    );
  }
}

function endWithSignals(helpdesk: RunningHelpdesk, supervised: boolean): void {
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    void helpdesk.close().finally(() => process.exit(0));
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  if (!supervised) return;
  process.stdin.on('end', end);
  process.stdin.on('error', end);
  process.stdin.resume();
}

function refuse(error: unknown): void {
  if (!(error instanceof StartError) && !(error instanceof StorageFailure)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(REFUSED_EXIT_CODE);
}

try {
  const options = readOptions(process.argv.slice(2), process.cwd());
  if (options.help) process.stdout.write(HELP);
  else await run(options);
} catch (error) {
  refuse(error);
}
