/** Who may ask the main process for ports, in the real Electron: docs/security.md names these tests. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixtureRoot, type FixtureRoot } from '../hosts/fixtures/app-root.js';
import { connectPage } from '../hosts/fixtures/fixture-page.js';
import { launchApp, type LaunchedApp } from './rig/electron.js';
import { describeWithElectron } from './rig/runtimes.js';

describeWithElectron('who is answered by the main process', () => {
  let root: FixtureRoot;
  let launched: LaunchedApp;
  /** A page on this machine that is none of ours. */
  let outside: Server;
  let outsideUrl: string;

  beforeAll(async () => {
    outside = createServer((_request, response) => response.end('outside'));
    await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve));
    outsideUrl = `http://127.0.0.1:${(outside.address() as AddressInfo).port}/`;
    root = fixtureRoot();
    launched = await launchApp({ appRoot: root.folder });
    await launched.page.getByRole('heading', { name: 'Fixture' }).waitFor();
  });

  afterAll(async () => {
    await launched?.close();
    root?.remove();
    outside?.close();
  });

  const inPage = (script: string): Promise<unknown> => launched.page.evaluate(script);

  test('frames of the page, of its own address and from elsewhere get neither the bridge nor ports', async () => {
    await listenForConnects();
    await inPage(`Promise.all([
      { srcdoc: '<p>frame</p>' }, { src: 'about:blank' }, { src: '/' }, { src: '/index.html' },
      { src: 'data:text/html,<p>frame</p>' }, { src: '${outsideUrl}' },
    ].map((place) => new Promise((resolve) => {
      const frame = Object.assign(document.createElement('iframe'), place, { className: 'tried' });
      frame.onload = frame.onerror = resolve;
      setTimeout(resolve, 1000);
      document.body.append(frame);
    })))`);
    // Asked of Electron, which reaches every frame whatever its origin; the page itself shows that it would find a bridge.
    const found = await launched.app.evaluate(async ({ BrowserWindow }) => {
      const { mainFrame } = BrowserWindow.getAllWindows()[0]!.webContents;
      const bridgeIn = (frame: typeof mainFrame) => frame.executeJavaScript('typeof window.brushfieldHost');
      return {
        page: await bridgeIn(mainFrame),
        frames: (await Promise.all(mainFrame.frames.map(bridgeIn))) as string[],
      };
    });
    expect(found.page).toBe('object');
    expect(found.frames.length).toBeGreaterThanOrEqual(2);
    expect(new Set(found.frames)).toEqual(new Set(['undefined']));
    await inPage(`document.querySelectorAll('.tried').forEach((frame) => frame.remove())`);
    expect(await heardConnects()).toEqual([]);
  });

  test('a connect from a window that is not ours, on our own address, is not answered', async () => {
    await inPage(`addEventListener('message', ({ ports }) => (window.gotPorts = ports.length))`);
    const answer = await launched.app.evaluate(
      async ({ BrowserWindow, ipcMain }, preload) => {
        const senders: string[] = [];
        const note = (event: { senderFrame: { url: string } | null }) =>
          void senders.push(event.senderFrame?.url ?? '');
        ipcMain.on('connect', note);
        const foreign = new BrowserWindow({
          show: false,
          webPreferences: { preload, contextIsolation: true, sandbox: true },
        });
        await foreign.loadURL('brushfield://app/');
        const ports = (await foreign.webContents.executeJavaScript(`new Promise((resolve) => {
          addEventListener('message', (event) => resolve(event.ports.length));
          setTimeout(resolve, 1000, 'no answer');
          window.brushfieldHost.connect();
        })`)) as number | string;
        ipcMain.off('connect', note);
        foreign.destroy();
        return { senders, ports };
      },
      join(root.folder, 'out', 'electron', 'preload.cjs'),
    );
    // The message did come, and brought our own page nothing either.
    expect(answer).toEqual({ senders: ['brushfield://app/'], ports: 'no answer' });
    expect(await inPage('window.gotPorts')).toBeUndefined();
    expect(await connectPage(launched.page)).toBe(2);
  });

  // Electron gives frames no preload script, so a message from one can only be made up.
  test('a made-up connect whose frame is not the main frame on our address is not answered', async () => {
    const answers = await launched.app.evaluate(({ BrowserWindow, ipcMain }) => {
      const window = BrowserWindow.getAllWindows()[0]!;
      const contents = window.webContents;
      const posted: string[] = [];
      const original = contents.postMessage;
      contents.postMessage = (channel: string) => void posted.push(channel);
      const main = contents.mainFrame;
      const frame = (change: object) => ({
        url: main.url,
        routingId: main.routingId,
        processId: main.processId,
        ...change,
      });
      const senders = [
        null,
        frame({ routingId: main.routingId + 1 }),
        frame({ processId: main.processId + 1 }),
        frame({ url: 'https://example.com/' }),
        frame({ url: 'brushfield://app.example.com/' }),
        frame({ url: 'file:///brushfield://app/' }),
      ];
      const counts = senders.map((senderFrame) => {
        ipcMain.emit('connect', { sender: contents, senderFrame });
        return posted.length;
      });
      ipcMain.emit('connect', { sender: { id: contents.id }, senderFrame: main });
      counts.push(posted.length);
      ipcMain.emit('connect', { sender: contents, senderFrame: main });
      counts.push(posted.length);
      contents.postMessage = original;
      return counts;
    });
    // Only the last, from the page itself, is answered.
    expect(answers).toEqual([0, 0, 0, 0, 0, 0, 0, 1]);
  });

  /** Notes every `connect` that reaches the main process. */
  const listenForConnects = (): Promise<void> =>
    launched.app.evaluate(({ ipcMain }) => {
      const heard: string[] = [];
      Object.assign(globalThis, { heardConnects: heard });
      ipcMain.on('connect', ({ senderFrame }) => heard.push(senderFrame?.url ?? ''));
    });
  const heardConnects = (): Promise<string[]> =>
    launched.app.evaluate(() => (globalThis as unknown as { heardConnects: string[] }).heardConnects);
});
