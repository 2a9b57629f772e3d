import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Same in every bundle of one build; the door compares it (scripts/build-if-stale.mjs sets it). */
const define = { __BUILD_ID__: JSON.stringify(process.env['HOLDFAST_BUILD_ID'] ?? 'dev') };

/**
 * Three rooms, built together. Everything is bundled, so the packaged app carries no node_modules:
 * `main` holds the processes (shell, host, helpdesk, start), each a file of its own in out/main.
 */
export default defineConfig({
  main: {
    define,
    resolve: { tsconfigPaths: true },
    build: {
      externalizeDeps: false,
      rollupOptions: {
        external: ['electron'],
        input: {
          main: at('electron/main.ts'),
          host: at('electron/host/main.ts'),
          helpdesk: at('electron/helpdesk/main.ts'),
          start: at('electron/start.ts'),
        },
      },
    },
  },
  preload: {
    resolve: { tsconfigPaths: true },
    build: {
      externalizeDeps: false,
      lib: { entry: at('electron/preload.ts'), formats: ['cjs'] },
      rollupOptions: { output: { entryFileNames: '[name].cjs' } },
    },
  },
  renderer: {
    root: 'renderer',
    define,
    resolve: { tsconfigPaths: true },
    plugins: [react(), tailwindcss()],
    worker: { format: 'es' },
    build: {
      minify: true,
      rollupOptions: { input: { index: at('renderer/index.html') } },
    },
  },
});
