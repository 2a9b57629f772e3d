/** Set by the build (electron.vite.config.ts): the same in every bundle of one build. */
declare const __BUILD_ID__: string;
