// Types, hooks and the walls between the rooms. The table below is the design's folder table:
// a folder that is not named as allowed cannot be imported. docs/decisions/0001 has the reasons.
import boundaries from 'eslint-plugin-boundaries';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

/** [element, folder pattern, elements it may import] */
const rooms = [
  ['domain', 'shared/domain', []],
  ['storage', 'shared/storage', ['domain']],
  ['contract', 'shared/contract', ['domain']],
  ['backends', 'shared/backends', ['domain']],
  ['sync', 'shared/sync', ['domain', 'storage', 'backends']],
  ['testing', 'shared/testing', ['domain', 'storage', 'contract', 'backends', 'sync']],
  ['files', 'electron/files', ['domain', 'storage']],
  ['host', 'electron/host', ['domain', 'storage', 'contract', 'backends', 'sync', 'files']],
  ['helpdesk', 'electron/helpdesk', ['domain', 'storage', 'files']],
  ['desktop', 'electron/desktop', ['domain', 'contract']],
  ['shell', 'electron', ['desktop', 'host', 'files', 'domain', 'contract']],
  ['feature', 'renderer/features/*', ['components', 'data', 'state', 'domain', 'contract', 'resources']],
  ['components', 'renderer/components', ['domain', 'resources']],
  ['data', 'renderer/data', ['domain', 'storage', 'contract', 'sync']],
  ['state', 'renderer/state', ['domain']],
  ['page', 'renderer', ['feature', 'components', 'data', 'state', 'domain', 'contract', 'resources']],
  ['resources', 'resources', []],
];

const vendorWords =
  'Vendors differ only inside their own folder of shared/backends; use the port (shared/backends/port.ts).';

export default tseslint.config(
  {
    ignores: [
      'out/**',
      'dist/**',
      'coverage/**',
      'node_modules/**',
      'test-results/**',
      'playwright-report/**',
    ],
  },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-restricted-globals': ['error', { name: 'event', message: 'Use the handler parameter.' }],
      eqeqeq: 'error',
      'no-console': 'error',
      'max-lines': ['error', { max: 420, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['renderer/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks },
    rules: { ...reactHooks.configs.recommended.rules },
  },
  {
    files: ['{shared,electron,renderer}/**/*.{ts,tsx}'],
    ignores: ['**/*.test.{ts,tsx}', '**/*.contract.ts', '**/*.bench.ts'],
    plugins: { boundaries },
    settings: {
      'import/resolver': {
        typescript: { project: ['tsconfig.json', '*/tsconfig.json'], noWarnOnMultipleProjects: true },
      },
      'boundaries/elements': rooms.map(([type, pattern]) => ({ type, pattern })),
    },
    rules: {
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          message: 'The folder table (eslint.config.mjs, docs/decisions/0001) does not allow this import.',
          policies: rooms.flatMap(([type, , allowed]) =>
            [type === 'feature' ? [] : [type], allowed].flat().map((to) => ({
              from: { element: { type } },
              allow: { to: { element: { type: to } } },
            })),
          ),
        },
      ],
    },
  },
  {
    files: ['{shared,renderer}/**/*.{ts,tsx}'],
    ignores: ['**/*.test.{ts,tsx}'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^(node:|electron$|fs$|path$)', message: 'No Node or Electron here.' }] },
      ],
    },
  },
  {
    files: ['electron/**/*.ts'],
    ignores: ['electron/desktop/**', '**/*.test.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { paths: [{ name: 'electron', message: 'Only electron/desktop imports electron.' }] },
      ],
    },
  },
  {
    files: [
      'shared/{sync,contract,storage,domain}/**/*.ts',
      'renderer/**/*.{ts,tsx}',
      'electron/host/**/*.ts',
    ],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'Literal[value=/zendesk|chatwoot|freshdesk|zammad|request.?tracker/i]',
          message: vendorWords,
        },
      ],
    },
  },
  { files: ['scripts/**', 'bench/**', 'check/**', 'e2e/**'], rules: { 'no-console': 'off' } },
);
