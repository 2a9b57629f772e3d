import { describe, expect, it } from 'vitest';
import { createCodec, nullCipher, UnknownKeyError, type Cipher } from './codec';

const reversing: Cipher = {
  keyId: 7,
  seal: async (value) => [...JSON.stringify(value)].reverse().join(''),
  open: async (data) => JSON.parse([...(data as string)].reverse().join('')) as unknown,
};

describe('codec', () => {
  it('marks records of the null cipher with key 0 and gives them back unchanged', async () => {
    const codec = createCodec(nullCipher);
    const sealed = await codec.sealAll([{ text: 'Где мой заказ?' }]);
    expect(sealed).toEqual([{ k: 0, data: { text: 'Где мой заказ?' } }]);
    expect(await codec.openAll(sealed)).toEqual([{ text: 'Где мой заказ?' }]);
  });

  it('seals with the current key and still opens what older keys sealed', async () => {
    const before = await createCodec(nullCipher).sealAll(['old']);
    const codec = createCodec(reversing, [nullCipher]);
    const after = await codec.sealAll(['new']);
    expect(after).toEqual([{ k: 7, data: '"wen"' }]);
    expect(await codec.openAll([...before, ...after])).toEqual(['old', 'new']);
  });

  it('says which key is missing', async () => {
    const sealed = await createCodec(reversing).sealAll(['secret']);
    await expect(createCodec(nullCipher).openAll(sealed)).rejects.toEqual(new UnknownKeyError(7));
  });
});
