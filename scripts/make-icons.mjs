// Draws the icon files of resources/icons from their two SVG sources, with a Chromium.
//
//   node scripts/make-icons.mjs      after a change to icon.svg or tray.svg; the results are committed
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { findChromium } from './find-chromium.mjs';

const FOLDER = fileURLToPath(new URL('../resources/icons', import.meta.url));
/** On light and on dark panels alike. */
const TRAY_COLOUR = '#7283dc';
const ICO_SIZES = [16, 24, 32, 48, 64, 128, 256];

const browser = await chromium.launch({ executablePath: await findChromium(), args: ['--no-sandbox'] });
const page = await browser.newPage();

async function draw(svg, size) {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(
    `<style>html,body{margin:0;background:transparent}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`,
  );
  return page.screenshot({ omitBackground: true });
}

/** An .ico file is a table of contents before whole PNG files. */
function ico(images) {
  const head = Buffer.alloc(6 + 16 * images.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(images.length, 4);
  let offset = head.length;
  images.forEach(({ size, png }, index) => {
    const at = 6 + 16 * index;
    head.writeUInt8(size % 256, at);
    head.writeUInt8(size % 256, at + 1);
    head.writeUInt16LE(1, at + 4);
    head.writeUInt16LE(32, at + 6);
    head.writeUInt32LE(png.length, at + 8);
    head.writeUInt32LE(offset, at + 12);
    offset += png.length;
  });
  return Buffer.concat([head, ...images.map(({ png }) => png)]);
}

try {
  const icon = await readFile(join(FOLDER, 'icon.svg'), 'utf8');
  const tray = await readFile(join(FOLDER, 'tray.svg'), 'utf8');
  const inColour = (colour) => tray.replaceAll('currentColor', colour);
  const files = {
    'icon-512.png': await draw(icon, 512),
    'icon.png': await draw(icon, 1024),
    'tray.png': await draw(inColour(TRAY_COLOUR), 16),
    'tray@2x.png': await draw(inColour(TRAY_COLOUR), 32),
    // macOS colours a template image itself.
    'trayTemplate.png': await draw(inColour('#000'), 16),
    'trayTemplate@2x.png': await draw(inColour('#000'), 32),
  };
  const sizes = [];
  for (const size of ICO_SIZES) sizes.push({ size, png: await draw(icon, size) });
  files['icon.ico'] = ico(sizes);
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(FOLDER, name), bytes);
} finally {
  await browser.close();
}
