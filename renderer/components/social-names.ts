/** Social networks and handles as people write them; backends name them in lower case. Pure. */

const SPELLED: Readonly<Record<string, string>> = {
  vk: 'VK',
  x: 'X',
  tiktok: 'TikTok',
  linkedin: 'LinkedIn',
  whatsapp: 'WhatsApp',
  youtube: 'YouTube',
};

/** `facebook` → `Facebook`, `vk` → `VK`; what a backend capitalised itself stays. */
export function networkName(network: string): string {
  const [first = '', ...rest] = network;
  return SPELLED[network.toLowerCase()] ?? first.toUpperCase() + rest.join('');
}

/** `threads:dave` → `Threads · dave`; a handle without a network stays as it is. */
export function handleWords(handle: string): string {
  const at = handle.indexOf(':');
  return at <= 0 ? handle : `${networkName(handle.slice(0, at))} · ${handle.slice(at + 1)}`;
}
