// Imports a TypeScript module of this project into Node, for the commands that run product code
// without a build (bench, sim).
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * @param {string} file absolute path
 * @param {string} buildId what `__BUILD_ID__` stands for
 */
export async function importTypeScript(file, buildId) {
  const { module } = await runnerImport(file, {
    root: ROOT,
    configFile: false,
    logLevel: 'error',
    resolve: { tsconfigPaths: true },
    define: { __BUILD_ID__: JSON.stringify(buildId) },
    environments: { inline: { resolve: { noExternal: ['crc-32'] } } },
    plugins: [namedExports('crc-32')],
  });
  return module;
}

/** Node finds no named exports in this CommonJS package, while a bundler does: names them for Node. */
function namedExports(id) {
  const resolved = `\0named:${id}`;
  return {
    name: `named-exports:${id}`,
    enforce: 'pre',
    resolveId: (source) => (source === id ? resolved : null),
    load(source) {
      if (source !== resolved) return null;
      const names = Object.keys(createRequire(import.meta.url)(id)).filter((name) =>
        /^[a-z_]\w*$/i.test(name),
      );
      return [
        "import { createRequire } from 'node:module';",
        `const all = createRequire(${JSON.stringify(import.meta.url)})(${JSON.stringify(id)});`,
        ...names.map((name) => `export const ${name} = all.${name};`),
      ].join('\n');
    },
  };
}
