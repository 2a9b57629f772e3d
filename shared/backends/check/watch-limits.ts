/** What a server's answers say of its limits, by any of the names in use. */
import type { HttpClient } from '../http';

const NAMES = /rate-?limit|^retry-after$/;

export interface LimitsWatch {
  wrap: (http: HttpClient) => HttpClient;
  /** The newest value of each such header, by lower-case name. */
  seen(): Readonly<Record<string, string>>;
  /** Answers with status 429 so far. */
  refusals(): number;
}

export function watchLimits(): LimitsWatch {
  const seen: Record<string, string> = {};
  let refusals = 0;
  return {
    seen: () => seen,
    refusals: () => refusals,
    wrap: (http) => async (request) => {
      const response = await http(request);
      if (response.status === 429) refusals += 1;
      for (const [name, value] of Object.entries(response.headers)) {
        if (NAMES.test(name)) seen[name] = value;
      }
      return response;
    },
  };
}
