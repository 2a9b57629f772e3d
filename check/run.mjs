// npm run backend:check -- <vendor|profile.yaml> --url … --token … [--write] [--json]
// npm run backend:check -- --all [name…] [--json]
//
// Judges a backend against a server that lives, capability by capability; `--all` judges every backend
// on what is at hand. `--help` tells the rest. Exit code 1 when something fails, 2 when it is asked
// wrongly. docs/backend-check.md says how to read the answer.
import { fileURLToPath } from 'node:url';
import { importTypeScript } from '../scripts/import-typescript.mjs';

const { main } = await importTypeScript(fileURLToPath(new URL('main.ts', import.meta.url)), 'check');
process.exit(await main(process.argv.slice(2)));
