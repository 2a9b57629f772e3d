/** A small PNG made of numbers, so that the samples need no files of somebody else. */
import { crc32, deflateSync } from 'node:zlib';

/** A picture with a soft gradient in one colour. @param hue 0 to 2, the strongest channel */
export function samplePicture(width: number, height: number, hue: number): Uint8Array {
  const pixels = Buffer.alloc((width * 3 + 1) * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = y * (width * 3 + 1) + 1 + x * 3;
      const light = 90 + Math.round((120 * (x + y)) / (width + height));
      for (let channel = 0; channel < 3; channel += 1) {
        pixels[at + channel] = channel === hue ? Math.min(255, light + 45) : light;
      }
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(pixels)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
