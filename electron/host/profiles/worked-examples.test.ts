/** The contract suite on the worked examples of `resources/backends`, with the real expression worker. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import type { RestDefinition } from '@shared/backends/rest-definition';
import { backendContract, type ContractOptions } from '@shared/testing/backend.contract';
import { harnessOf, type VendorSimulator } from '@shared/testing/vendor-kit';
import { openCopperTracker } from '@shared/testing/vendors/custom-copper-tracker/copper-simulator';
import { openParleyChat } from '@shared/testing/vendors/custom-parley-chat/parley-simulator';
import { openProfile, type OpenProfile } from './profile-file';

const opened: OpenProfile[] = [];
afterAll(() => Promise.all(opened.map((profile) => profile.close())));

function open(file: string, text: string): RestDefinition {
  const profile = openProfile(file, text);
  opened.push(profile);
  return profile.definition;
}

function example(
  file: string,
  simulator: (definition: RestDefinition, sized: (rows: number) => RestDefinition) => VendorSimulator,
  options: ContractOptions = {},
): void {
  const path = fileURLToPath(new URL(`../../../resources/backends/${file}`, import.meta.url));
  const text = readFileSync(path, 'utf8');
  const definition = open(file, text);
  const sized = (rows: number): RestDefinition => open(file, text.replace(/\bsize: \d+/g, `size: ${rows}`));
  const { supports, lacks } = definition.descriptor;
  const openHarness = () => Promise.resolve(harnessOf(simulator(definition, sized)));
  backendContract(file, { supports, ...(lacks && { lacks }) }, openHarness, options);
}

example('copper-tracker.yaml', openCopperTracker);
example('parley-chat.yaml', openParleyChat, {
  lacks: { threadRequest: 'Its messages come in a feed of their own, row by row.' },
});
