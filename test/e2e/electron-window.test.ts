import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterEach, beforeAll, expect, test } from 'vitest';
import type { AppInfo } from '../../src-main/shared/app-api.js';
import { fixtureRoot, type FixtureRoot } from '../hosts/fixtures/app-root.js';
import { callFrom, connectPage, eventIn } from '../hosts/fixtures/fixture-page.js';
import { launchApp, type LaunchedApp, type LaunchOptions } from './rig/electron.js';
import { describeWithElectron } from './rig/runtimes.js';

describeWithElectron('the window in the desktop app', () => {
  let root: FixtureRoot;
  const toClose: (() => unknown)[] = [];

  beforeAll(() => {
    root = fixtureRoot();
    return () => root.remove();
  });

  afterEach(async () => {
    for (const close of toClose.splice(0).reverse()) await close();
  });

  async function launch(options: LaunchOptions = {}): Promise<LaunchedApp> {
    const launched = await launchApp({ appRoot: root.folder, ...options });
    toClose.push(() => launched.close());
    await launched.page.getByRole('heading', { name: 'Fixture' }).waitFor();
    return launched;
  }

  function temporaryFolder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'brushfield-window-'));
    toClose.push(() => rmSync(folder, { recursive: true, force: true }));
    return folder;
  }

  const nextPage = async ({ app }: LaunchedApp, start: () => unknown): Promise<Page> => {
    const opened = app.waitForEvent('window');
    start();
    const page = await opened;
    await page.getByRole('heading', { name: 'Fixture' }).waitFor();
    return page;
  };

  test('the page talks to a core that runs on the Node brought along', async () => {
    const { page, corePid } = await launch();
    expect(corePid()).toBeNull();
    await connectPage(page);
    expect(((await callFrom(page, 'core', 'appInfo')) as AppInfo).host).toBe('electron');
    const command = readFileSync(`/proc/${corePid()}/cmdline`, 'utf8').split('\0');
    expect(command[0]).toMatch(/node_modules\/node-linux-\w+\/bin\/node$/);
  });

  test('a core that dies is announced, and the next connection has a new one', async () => {
    const { page, corePid } = await launch();
    await connectPage(page);
    await callFrom(page, 'core', 'appInfo');
    const first = corePid()!;
    process.kill(first, 'SIGKILL');
    expect(await eventIn(page, 'core-ended')).toEqual({
      kind: 'core-ended',
      sentence: expect.stringMatching(
        /ended unexpectedly by signal SIGKILL; everything that was saved is there/,
      ),
    });
    await connectPage(page);
    expect(((await callFrom(page, 'core', 'appInfo')) as AppInfo).host).toBe('electron');
    expect(corePid()).not.toBe(first);
  });

  test('a page that dies is loaded again', async () => {
    const { app, page } = await launch();
    await connectPage(page);
    const pid = await app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]!.webContents;
      const state = globalThis as unknown as { loadedAgain: Promise<unknown> };
      state.loadedAgain = new Promise((resolve) => contents.once('did-finish-load', () => resolve(null)));
      return contents.getOSProcessId();
    });
    process.kill(pid, 'SIGKILL');
    await app.evaluate(() =>
      (globalThis as unknown as { loadedAgain: Promise<unknown> }).loadedAgain.then(() => null),
    );
    const again = await app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]!.webContents.executeJavaScript('window.fixture.connect()'),
    );
    expect(again).toBe(2);
  });

  test('a project named at the start is opened, also by its database', async () => {
    const folder = temporaryFolder();
    const { page } = await launch({ folder, args: [join(folder, 'cells.brushfield', 'project.sqlite')] });
    await connectPage(page);
    expect(await eventIn(page, 'open-project')).toEqual({
      kind: 'open-project',
      folder: join(folder, 'cells.brushfield'),
    });
  });

  test('a second start ends at once and opens its project in the one that runs', async () => {
    const folder = temporaryFolder();
    const launched = await launch({ folder });
    await connectPage(launched.page);
    await callFrom(launched.page, 'host', 'setTitle', {
      title: 'cells',
      project: join(folder, 'cells.brushfield'),
    });

    const other = await nextPage(launched, () => void launched.startAgain(['other.brushfield'], folder));
    await connectPage(other);
    expect(await eventIn(other, 'open-project')).toEqual({
      kind: 'open-project',
      folder: join(folder, 'other.brushfield'),
    });

    expect(await launched.startAgain(['cells.brushfield'], folder)).toBe(0);
    expect(await launched.startAgain([], folder)).toBe(0);
    expect(launched.app.windows()).toHaveLength(2);
  });

  test('a project opened from the desktop while it runs gets a window', async () => {
    const launched = await launch();
    const other = await nextPage(
      launched,
      () =>
        void launched.app.evaluate(({ app }) =>
          app.emit('open-file', { preventDefault: () => undefined }, '/data/wells.brushfield'),
        ),
    );
    await connectPage(other);
    expect(await eventIn(other, 'open-project')).toEqual({
      kind: 'open-project',
      folder: '/data/wells.brushfield',
    });
  });

  test('closing asks the page to save first, and waits for it', async () => {
    const { app, page } = await launch();
    await connectPage(page);
    await page.evaluate('window.fixture.flushes = false');
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.close());
    await eventIn(page, 'flush');
    expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
    const closed = page.waitForEvent('close');
    await callFrom(page, 'host', 'flushed').catch(() => undefined);
    await closed;
  });

  test('closing with strokes that could not be saved asks first, and Cancel keeps the window', async () => {
    const { app, page } = await launch();
    await connectPage(page);
    await page.evaluate('window.fixture.flushes = false');
    const close = async (response: number) => {
      await app.evaluate(({ BrowserWindow, dialog }, answer) => {
        dialog.showMessageBox = (async (_: unknown, { buttons, defaultId }: Electron.MessageBoxOptions) => {
          (globalThis as { asked?: unknown }).asked = [buttons, defaultId];
          return { response: answer, checkboxChecked: false };
        }) as typeof dialog.showMessageBox;
        BrowserWindow.getAllWindows()[0]!.close();
      }, response);
      await eventIn(page, 'flush');
      await callFrom(page, 'host', 'flushed', { unsaved: 1 }).catch(() => undefined);
    };
    await close(0);
    expect(await app.evaluate(() => (globalThis as { asked?: unknown }).asked)).toEqual([
      ['Cancel', 'Close anyway'],
      0,
    ]);
    expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
    const closed = page.waitForEvent('close');
    await close(1);
    await closed;
  });

  test('where a window was is where the next one is', async () => {
    const folder = temporaryFolder();
    const bounds = { x: 120, y: 90, width: 1000, height: 700 };
    const first = await launch({ folder });
    await first.app.evaluate(({ BrowserWindow }, place) => {
      BrowserWindow.getAllWindows()[0]!.setBounds(place);
    }, bounds);
    await first.close();
    const second = await launch({ folder });
    const found = await second.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]!.getBounds(),
    );
    expect(found).toEqual(bounds);
  });

  test('the menu is made of the commands that the page sends, and runs them', async () => {
    const { app, page } = await launch();
    await connectPage(page);
    // A window does not tell its menu: it is caught where it is built.
    await app.evaluate(({ Menu }) => {
      const build = Menu.buildFromTemplate.bind(Menu);
      const state = globalThis as unknown as { menu: Electron.Menu };
      Menu.buildFromTemplate = (template) => (state.menu = build(template));
    });
    const items = [
      { id: 'edit.undo', title: 'Undo & more', keys: 'Ctrl+Z' },
      'separator',
      { id: 'view.labels', title: 'Labels', keys: 'V', checked: true },
      { id: 'view.odd', title: 'Odd', keys: 'Ctrl+☃', enabled: false },
    ];
    await callFrom(page, 'host', 'setMenu', { sections: [{ title: 'Edit', items }] });
    const shown = await app.evaluate(() => {
      const { menu } = globalThis as unknown as { menu: Electron.Menu };
      const entries = menu.items[0]!.submenu!.items;
      entries[0]!.click();
      return entries.map(({ label, type, enabled, checked }) => ({ label, type, enabled, checked }));
    });
    expect(shown.slice(0, 4)).toMatchObject([
      { label: 'Undo && more', type: 'normal', enabled: true },
      { type: 'separator' },
      { label: 'Labels', type: 'checkbox', checked: true },
      { label: 'Odd', enabled: false },
    ]);
    expect(shown.at(-1)?.label).toBe('Quit');
    expect(await eventIn(page, 'command')).toEqual({ kind: 'command', id: 'edit.undo' });
    await expect(callFrom(page, 'host', 'setMenu', { sections: [{ title: 5, items: [] }] })).rejects.toThrow(
      /cannot show/,
    );
  });

  test('dialogs answer with what was chosen, and with nothing when dismissed', async () => {
    const { app, page } = await launch();
    await connectPage(page);
    // Nobody is there to press a button.
    await app.evaluate(({ dialog }) => {
      const choices = [
        { canceled: false, filePaths: ['/a.tif', '/b.tif'] },
        { canceled: true, filePaths: [] },
      ];
      dialog.showOpenDialog = () => Promise.resolve(choices.shift()!);
      dialog.showSaveDialog = () => Promise.resolve({ canceled: true, filePath: '' });
    });
    const pick = () => callFrom(page, 'host', 'pickOpen', { kind: 'images', title: 'Add images' });
    expect(await pick()).toEqual(['/a.tif', '/b.tif']);
    expect(await pick()).toEqual([]);
    expect(await callFrom(page, 'host', 'pickSave', { title: 'New', defaultPath: 'cells' })).toBeNull();
    await expect(callFrom(page, 'host', 'pickOpen', { kind: 'constructor', title: '' })).rejects.toThrow(
      /no such dialog/,
    );
  });

  test('a dropped file has a path', async () => {
    const folder = temporaryFolder();
    const { page } = await launch({ folder });
    const file = join(folder, 'nuclei "><img>.tif');
    writeFileSync(file, 'x');
    await page.locator('#files').setInputFiles(file);
    expect(await page.evaluate(`brushfieldHost.pathOf(document.querySelector('#files').files[0])`)).toBe(
      file,
    );
    expect(await page.evaluate(`brushfieldHost.pathOf(new File(['x'], 'made.png'))`)).toBe('');
    expect(existsSync(file)).toBe(true);
  });
});
