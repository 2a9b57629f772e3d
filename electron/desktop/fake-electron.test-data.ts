/** Electron as far as the shell uses it, remembering what it was told. */
import { EventEmitter } from 'node:events';
import { vi } from 'vitest';
import type { BrowserWindowConstructorOptions } from 'electron';
import type { ElectronParts } from './desktop';

export class FakeContents extends EventEmitter {
  openHandler: ((details: { url: string }) => { action: string }) | null = null;
  readonly reload = vi.fn();
  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.openHandler = handler;
  }
}

export class FakeWindow extends EventEmitter {
  static readonly all: FakeWindow[] = [];
  readonly webContents = new FakeContents();
  readonly loaded: string[] = [];
  readonly show = vi.fn();
  readonly hide = vi.fn();
  readonly focus = vi.fn();
  readonly restore = vi.fn();
  minimized = false;
  constructor(
    readonly options: BrowserWindowConstructorOptions,
    onContents: (contents: FakeContents) => void,
  ) {
    super();
    onContents(this.webContents);
    FakeWindow.all.push(this);
  }
  isMinimized = (): boolean => this.minimized;
  loadURL = async (url: string): Promise<void> => {
    this.loaded.push(url);
  };
}

/** A utility process: what the shell posted to it, and a way to speak as it. */
export class FakeChild extends EventEmitter {
  readonly posted: unknown[] = [];
  readonly stdout = null;
  readonly stderr = null;
  readonly pid = undefined;
  readonly kill = vi.fn(() => this.emit('exit', 0));
  constructor(
    readonly program: string,
    readonly args: string[],
    readonly options: object,
  ) {
    super();
  }
  postMessage(message: unknown): void {
    this.posted.push(message);
    if ((message as { type: string }).type === 'close') queueMicrotask(() => this.emit('exit', 0));
  }
}

class FakeTray extends EventEmitter {
  menu: { items: { label?: string; click?: () => void }[] } | null = null;
  readonly setToolTip = vi.fn();
  readonly destroy = vi.fn();
  setContextMenu(menu: FakeTray['menu']): void {
    this.menu = menu;
  }
}

/** One fake Electron, before `ready`; `becomeReady` lets the app start. */
export function fakeElectron({ firstInstance = true } = {}) {
  const order: string[] = [];
  let becomeReady = (): void => undefined;
  const ready = new Promise<void>((resolve) => (becomeReady = resolve));
  const app = Object.assign(new EventEmitter(), {
    setAppUserModelId: vi.fn(),
    setPath: vi.fn((name: string) => void order.push(`path ${name}`)),
    requestSingleInstanceLock: vi.fn(() => {
      order.push('single instance');
      return firstInstance;
    }),
    enableSandbox: vi.fn(() => void order.push('sandbox')),
    whenReady: vi.fn(() => {
      order.push('wait for ready');
      return ready;
    }),
    getLocale: () => 'vi-VN',
    quit: vi.fn(() => {
      const event = { prevented: false, preventDefault: () => void (event.prevented = true) };
      app.emit('before-quit', event);
      if (!event.prevented) app.emit('will-quit');
    }),
  });
  FakeWindow.all.length = 0;
  const children: FakeChild[] = [];
  const trays: FakeTray[] = [];
  const session = {
    setPermissionRequestHandler: vi.fn(),
    setPermissionCheckHandler: vi.fn(),
    setDevicePermissionHandler: vi.fn(),
    setDisplayMediaRequestHandler: vi.fn(),
  };
  const protocol = {
    registerSchemesAsPrivileged: vi.fn(() => void order.push('scheme')),
    handle: vi.fn(),
  };
  const shell = { openExternal: vi.fn(async () => undefined) };
  const dialog = { showErrorBox: vi.fn() };
  const parts = {
    app,
    protocol,
    shell,
    dialog,
    session: { defaultSession: session },
    nativeTheme: { shouldUseDarkColors: true },
    nativeImage: { createFromPath: (path: string) => ({ path, setTemplateImage: vi.fn() }) },
    Menu: { buildFromTemplate: (items: object[]) => ({ items }) },
    Tray: class extends FakeTray {
      constructor() {
        super();
        trays.push(this);
      }
    },
    BrowserWindow: class extends FakeWindow {
      constructor(options: BrowserWindowConstructorOptions) {
        super(options, (contents) => app.emit('web-contents-created', {}, contents));
      }
    },
    utilityProcess: {
      fork: (program: string, args: string[], options: object) => {
        const child = new FakeChild(program, args, options);
        children.push(child);
        return child;
      },
    },
  };
  return {
    /** Only what the shell uses is there, so the types do not overlap in full. */
    parts: parts as unknown as ElectronParts,
    app,
    protocol,
    session,
    shell,
    dialog,
    children,
    trays,
    order,
    becomeReady: () => becomeReady(),
  };
}
