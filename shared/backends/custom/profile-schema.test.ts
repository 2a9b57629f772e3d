import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { profileSchema } from './profile-schema';

const FILE = fileURLToPath(new URL('../../../resources/backends/profile.schema.json', import.meta.url));

it('is what editors complete from: the JSON Schema beside the profiles (write it anew with `vitest -u`)', async () => {
  const schema = {
    title: 'Holdfast: a custom profile',
    description: 'Connects a helpdesk that Holdfast does not know. docs/custom-backend.md teaches it.',
    ...z.toJSONSchema(profileSchema, { io: 'input', target: 'draft-7', reused: 'ref' }),
  };
  const text = await format(JSON.stringify(schema), { parser: 'json', singleQuote: true, printWidth: 110 });
  await expect(text).toMatchFileSnapshot(FILE);
});

it('lets editors accept the worked examples, and underline what is not known', async () => {
  const schema = z.fromJSONSchema(JSON.parse(await readFile(FILE, 'utf8')) as z.core.JSONSchema.JSONSchema);
  for (const name of ['copper-tracker', 'parley-chat']) {
    const example = parse(
      await readFile(FILE.replace('profile.schema.json', `${name}.yaml`), 'utf8'),
    ) as object;
    expect(schema.safeParse(example).error).toBeUndefined();
    expect(schema.safeParse({ ...example, feedz: {} }).success).toBe(false);
  }
});
