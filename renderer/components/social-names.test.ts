import { expect, it } from 'vitest';
import { handleWords, networkName } from './social-names';

it.each([
  ['facebook', 'Facebook'],
  ['vk', 'VK'],
  ['tiktok', 'TikTok'],
  ['MyNetwork', 'MyNetwork'],
  ['', ''],
])('names the network %s as %s', (network, name) => {
  expect(networkName(network)).toBe(name);
});

it.each([
  ['threads:dave_sample', 'Threads · dave_sample'],
  ['zalo:a:b', 'Zalo · a:b'],
  ['@dave', '@dave'],
])('shows the handle %s as %s', (handle, words) => {
  expect(handleWords(handle)).toBe(words);
});
