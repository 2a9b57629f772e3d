import { describe, expect, it } from 'vitest';
import { openChannel } from '../leader/channel';
import { askSiblings, takeToken, type TokenPlaces } from './token';

const TOKEN = 'qhH7dktUDMj6MjA4cUXKExaAlFBNC3unVzYeUQVI7fE';

function places(hash: string, stored: string | null = null) {
  const kept = new Map(stored === null ? [] : [['holdfast.token', stored]]);
  const shown: string[] = [];
  const given: TokenPlaces = {
    location: { hash, pathname: '/', search: '?x=1' },
    history: { state: null, replaceState: (_state, _title, url) => void shown.push(String(url)) },
    storage: { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) },
  };
  return { given, shown, kept };
}

describe('the token of the launch', () => {
  it('is taken out of the address bar and kept for a reload', () => {
    const { given, shown, kept } = places(`#${TOKEN}`);
    expect(takeToken(given)).toBe(TOKEN);
    expect(shown).toEqual(['/?x=1']);
    expect([...kept.values()]).toEqual([TOKEN]);
  });

  it('of a new launch replaces the stored one', () => {
    expect(takeToken(places(`#${TOKEN}`, 'token-of-an-earlier-launch').given)).toBe(TOKEN);
  });

  it('is the stored one when the fragment is none', () => {
    expect(takeToken(places('#settings', TOKEN).given)).toBe(TOKEN);
    expect(takeToken(places('').given)).toBeNull();
  });

  it('is asked of the other windows, and missing when none is open', async () => {
    const asking = openChannel('token-test');
    const sibling = openChannel('token-test');
    expect(await askSiblings(asking)).toBeNull();
    sibling.listen((message) => {
      if (message.type === 'token-wanted') sibling.send({ type: 'token', token: TOKEN });
    });
    expect(await askSiblings(asking)).toBe(TOKEN);
    asking.close();
    sibling.close();
  });
});
