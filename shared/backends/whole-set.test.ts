import { describe, expect, it } from 'vitest';
import { afterwards } from './afterwards';
import { htmlOf } from './html-text';
import { mediaTypeByName } from './media-types';
import { changeWholeSet } from './whole-set';

/** A server that keeps a set of tags; `meddle` runs after each writing. */
function stage(start: readonly string[], meddle: (tags: string[]) => string[] = (tags) => tags) {
  let tags = [...start];
  const written: (readonly string[])[] = [];
  return {
    written,
    now: () => tags,
    set: {
      read: () => Promise.resolve(tags),
      write(wanted: readonly string[]) {
        written.push(wanted);
        tags = meddle([...wanted]);
        return Promise.resolve();
      },
    },
  };
}

describe('a set of tags that can only be written whole', () => {
  it('is not written when nothing changes, also where the server keeps no capitals', async () => {
    const { set, written } = stage(['billing', 'vip']);
    await changeWholeSet(set, { add: ['Billing'], remove: ['gone'] });
    expect(written).toEqual([]);
  });

  it('loses nothing that was there when it was read', async () => {
    const { set, now } = stage(['theirs', 'old']);
    await changeWholeSet(set, { add: ['ours', 'ours'], remove: ['OLD'] });
    expect(now()).toEqual(['theirs', 'ours']);
  });

  it('is written again when somebody else wrote over it, and given up when that does not end', async () => {
    let rounds = 0;
    const once = stage(['theirs'], (tags) => (rounds++ === 0 ? ['theirs', 'new'] : tags));
    await changeWholeSet(once.set, { add: ['ours'], remove: [] });
    expect(once.now()).toEqual(['theirs', 'new', 'ours']);
    const never = stage([], () => []);
    const failed = changeWholeSet(never.set, { add: ['ours'], remove: [] });
    await expect(failed).rejects.toMatchObject({ kind: 'invalid' });
    expect(never.written).toHaveLength(3);
  });
});

describe('what follows a message that has left', () => {
  it('is tried twice and fails nobody', async () => {
    let tries = 0;
    const failing = (): Promise<void> => {
      tries += 1;
      return Promise.reject(new Error('not now'));
    };
    await expect(afterwards(failing)).resolves.toBeUndefined();
    expect(tries).toBe(2);
    tries = 0;
    await afterwards(() => Promise.resolve((tries += 1)));
    expect(tries).toBe(1);
  });
});

describe('plain text', () => {
  it('stays text when it becomes HTML, line by line', () => {
    expect(htmlOf('a < b & c\r\n<i>d</i>\ne')).toBe('a &lt; b &amp; c<br>&lt;i&gt;d&lt;/i&gt;<br>e');
  });
});

describe('a media type by name', () => {
  it.each([
    ['Photo.JPG', 'image/jpeg'],
    ['letter.final.pdf', 'application/pdf'],
    ['README', 'application/octet-stream'],
    ['folder.pdf/unknown.xyz', 'application/octet-stream'],
  ])('of %s is %s', (name, type) => {
    expect(mediaTypeByName(name)).toBe(type);
  });
});
