/** Set by the build (electron.vite.config.ts): the same in every bundle of one build. */
declare const __BUILD_ID__: string;

/** Ships no types; https://github.com/Rob--W/proxy-from-env. */
declare module 'proxy-from-env' {
  /** The proxy that the environment names for a URL; empty: none. */
  export function getProxyForUrl(url: string): string;
}
