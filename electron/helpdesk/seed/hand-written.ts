/** The conversations written by hand. */
import be from './threads/be.txt?raw';
import en from './threads/en.txt?raw';
import ru from './threads/ru.txt?raw';
import vi from './threads/vi.txt?raw';
import { readThreads, type SampleThread } from './sample-thread';

/** All of them, the languages taken in turns, so that a few are already a fair mixture. */
export function handWrittenThreads(): SampleThread[] {
  const languages = [en, ru, vi, be].map(readThreads);
  const longest = Math.max(...languages.map((threads) => threads.length));
  const mixed: SampleThread[] = [];
  for (let at = 0; at < longest; at += 1) {
    for (const threads of languages) mixed.push(...threads.slice(at, at + 1));
  }
  return mixed;
}
