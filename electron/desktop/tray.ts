/** The icon that keeps the app in reach while its window is hidden. */
import type { Menu, NativeImage, Tray } from 'electron';
import type { wordsFor } from './words';

export interface TrayParts {
  Tray: new (icon: NativeImage | string) => Tray;
  Menu: Pick<typeof Menu, 'buildFromTemplate'>;
}

export interface TrayActions {
  open(): void;
  quit(): void;
}

/** The caller keeps the tray: once collected as garbage, the icon is gone. */
export function makeTray(
  parts: TrayParts,
  icon: NativeImage | string,
  words: ReturnType<typeof wordsFor>,
  { open, quit }: TrayActions,
): Tray {
  const tray = new parts.Tray(icon);
  tray.setToolTip('Holdfast');
  tray.setContextMenu(
    parts.Menu.buildFromTemplate([
      { label: words.open, click: open },
      { type: 'separator' },
      { label: words.quit, click: quit },
    ]),
  );
  tray.on('click', open);
  return tray;
}
