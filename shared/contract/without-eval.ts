/**
 * Zod 4 probes `eval` for its fast path; the page's policy would report every probe. Imported by every
 * file with schemas that the page loads, before the first of them is made.
 */
import { z } from 'zod';

z.config({ jitless: true });
