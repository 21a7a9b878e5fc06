/** Each line of Electron's security checklist, seen in the real Electron; docs/security.md names these tests. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { fixtureRoot, type FixtureRoot } from '../hosts/fixtures/app-root.js';
import { connectPage } from '../hosts/fixtures/fixture-page.js';
import { launchApp, type LaunchedApp } from './rig/electron.js';
import { describeWithElectron } from './rig/runtimes.js';

describeWithElectron('what a page in the desktop app may not do', () => {
  let root: FixtureRoot;
  let launched: LaunchedApp;
  /** A server on this machine that counts who comes. */
  let outside: Server;
  let visits: string[];
  let outsideUrl: string;

  beforeAll(async () => {
    outside = createServer((request, response) => {
      visits.push(request.url ?? '');
      response.setHeader('access-control-allow-origin', '*').end('outside');
    });
    await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve));
    outsideUrl = `http://127.0.0.1:${(outside.address() as AddressInfo).port}/`;
    visits = [];
    root = fixtureRoot();
    launched = await launchApp({
      appRoot: root.folder,
      args: ['--use-fake-device-for-media-stream'],
    });
    await launched.page.getByRole('heading', { name: 'Fixture' }).waitFor();
  });

  afterAll(async () => {
    await launched?.close();
    root?.remove();
    outside?.close();
  });

  // Whatever was tried, the page is still there and nothing has left the machine.
  afterEach(() => {
    expect(visits).toEqual([]);
    expect(launched.page.url()).toBe('brushfield://app/');
    expect(launched.app.windows()).toHaveLength(1);
  });

  const inPage = (script: string): Promise<unknown> => launched.page.evaluate(script);
  /** The name of the error that a promise in the page ends with, or what it brings. */
  const outcome = (promise: string): Promise<unknown> =>
    inPage(`(${promise}).then((value) => String(value), (error) => error.name)`);

  test('the page comes from a scheme of its own and not from files', async () => {
    expect(await inPage('location.protocol + isSecureContext')).toBe('brushfield:true');
    // A page whose origin is its own cannot read files, and files are not its origin.
    expect(await inPage('self.origin')).toBe('brushfield://app');
    expect(await outcome(`fetch('file:///etc/passwd')`)).toBe('TypeError');
  });

  test('there is no Node in the page', async () => {
    expect(await inPage('[typeof require, typeof process, typeof module, typeof Buffer].join()')).toBe(
      'undefined,undefined,undefined,undefined',
    );
    expect(await inPage('typeof global')).toBe('undefined');
  });

  test('contextIsolation: what the preload script has is out of reach', async () => {
    expect(await inPage('typeof ipcRenderer + typeof contextBridge')).toBe('undefinedundefined');
    expect(await inPage('Object.keys(brushfieldHost).sort().join()')).toBe('connect,pathOf');
    await inPage('try { brushfieldHost.connect = () => 0; } catch {}');
    await inPage('try { window.brushfieldHost = null; } catch {}');
    expect(await connectPage(launched.page)).toBe(2);
    const { contextIsolation, nodeIntegration, sandbox, webviewTag, webSecurity } = await preferences();
    expect({ contextIsolation, nodeIntegration, sandbox, webviewTag, webSecurity }).toEqual({
      contextIsolation: true,
      nodeIntegration: false,
      sandbox: true,
      webviewTag: false,
      webSecurity: true,
    });
  });

  test('the process of the page runs in the sandbox of the operating system', async () => {
    const pid = await launched.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]!.webContents.getOSProcessId(),
    );
    expect(launched.sandboxed).toBe(true);
    if (process.platform !== 'linux') return;
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    // seccomp-bpf is on, and its namespaces are not those of this process.
    expect(status).toMatch(/^Seccomp:\s*2$/m);
    expect(status).toMatch(/^NoNewPrivs:\s*1$/m);
  });

  test('the content policy keeps out scripts in the page, scripts from elsewhere and eval', async () => {
    // Evaluated by the debugger, eval would be allowed; from a timer it is the page's own.
    expect(
      await inPage(
        `new Promise((resolve) => setTimeout(() => { try { resolve(eval('1')); } catch (error) { resolve(error.name); } }))`,
      ),
    ).toBe('EvalError');
    await inPage(`(() => {
      const add = (change) => { const script = document.createElement('script'); change(script); document.body.append(script); };
      add((script) => (script.textContent = 'window.injected = 1'));
      add((script) => (script.src = '${outsideUrl}script.js'));
      add((script) => (script.src = 'data:text/javascript,window.injected = 2'));
      document.body.insertAdjacentHTML('beforeend', '<img src="x" onerror="window.injected = 3">');
    })()`);
    await inPage('new Promise((resolve) => setTimeout(resolve, 300))');
    expect(await inPage('window.injected')).toBeUndefined();
    const policy = await inPage(`fetch('/').then((page) => page.headers.get('content-security-policy'))`);
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('unsafe');
  });

  test('nothing is fetched from elsewhere, not even past the content policy', async () => {
    expect(await outcome(`fetch('${outsideUrl}')`)).toBe('TypeError');
    expect(
      await outcome(
        `new Promise((_, no) => (new WebSocket('${outsideUrl.replace('http', 'ws')}').onerror = () => no(new TypeError())))`,
      ),
    ).not.toBe('undefined');
    // The main process has no policy of a page: the session itself refuses.
    const refused = await launched.app.evaluate(async ({ session, net }, url) => {
      const request = net.request({ url, session: session.defaultSession });
      return new Promise((resolve) => {
        request.on('response', () => resolve('answered'));
        request.on('error', ({ message }) => resolve(message));
        request.end();
      });
    }, outsideUrl);
    expect(refused).toMatch(/ERR_BLOCKED_BY_CLIENT/);
  });

  test('the page cannot be navigated away', async () => {
    for (const url of [outsideUrl, 'https://example.com/', 'file:///etc/passwd', 'data:text/html,<h1>x</h1>'])
      await inPage(`void (location.href = ${JSON.stringify(url)})`).catch(() => undefined);
    await inPage(
      `document.body.insertAdjacentHTML('beforeend', '<a id="away" href="${outsideUrl}">away</a>')`,
    );
    await inPage(`document.querySelector('#away').click()`);
    await inPage('new Promise((resolve) => setTimeout(resolve, 300))');
    // Not by a locator, which waits for the end of a navigation that was refused.
    expect(await inPage(`document.querySelector('h1').textContent`)).toBe('Fixture');
  });

  test('no window can be opened', async () => {
    for (const url of ['', outsideUrl, 'brushfield://app/', 'about:blank'])
      expect(await inPage(`window.open(${JSON.stringify(url)}) === null`), url).toBe(true);
    await inPage(
      `document.body.insertAdjacentHTML('beforeend', '<a id="blank" target="_blank" href="/">new</a>')`,
    );
    await inPage(`document.querySelector('#blank').click()`);
    await inPage('new Promise((resolve) => setTimeout(resolve, 300))');
    expect(await launched.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  });

  test('permissions are denied, asked for or looked up', async () => {
    expect(await outcome('Notification.requestPermission()')).toBe('denied');
    expect(
      await inPage(
        'new Promise((resolve) => navigator.geolocation.getCurrentPosition(() => resolve(0), ({ code }) => resolve(code)))',
      ),
    ).toBe(1);
    expect(await outcome(`navigator.clipboard.readText()`)).toBe('NotAllowedError');
    for (const name of ['geolocation', 'notifications', 'camera', 'microphone', 'midi', 'clipboard-read'])
      expect(
        await outcome(`navigator.permissions.query({ name: '${name}' }).then(({ state }) => state)`),
        name,
      ).toBe('denied');
  });

  test('camera and microphone are refused although there are some', async () => {
    // Chromium's pretended devices; without one, a request fails before anybody is asked.
    const kinds = await inPage(
      'navigator.mediaDevices.enumerateDevices().then((devices) => devices.map(({ kind }) => kind))',
    );
    expect(kinds).toEqual(expect.arrayContaining(['videoinput', 'audioinput']));
    for (const wanted of ['{ video: true }', '{ audio: true }', '{ video: true, audio: true }'])
      expect(await outcome(`navigator.mediaDevices.getUserMedia(${wanted})`), wanted).toBe('NotAllowedError');
  });

  test('a webview is an unknown element', async () => {
    await inPage(`document.body.insertAdjacentHTML('beforeend', '<webview src="${outsideUrl}"></webview>')`);
    expect(await inPage(`document.querySelector('webview').constructor.name`)).toBe('HTMLElement');
    expect(await inPage(`typeof document.querySelector('webview').loadURL`)).toBe('undefined');
  });

  test('only folders are shown, and programs are not started', async () => {
    await connectPage(launched.page);
    const show = (folder: string) =>
      inPage(
        `window.fixture.call('host', 'openFolder', { folder: ${JSON.stringify(folder)} }).then(() => 'shown', (error) => error.message)`,
      );
    for (const path of ['/etc/passwd', '/bin/sh', 'https://example.com', 'relative', '/nowhere'])
      expect(await show(path), path).toMatch(/^There is no folder /);
  });

  test('nothing of the host can be called but what is offered', async () => {
    for (const method of ['constructor', '__proto__', 'hasOwnProperty', 'quit', 'eval'])
      expect(
        await inPage(`window.fixture.call('host', '${method}', {}).catch((error) => error.message)`),
      ).toBe(`There is no call named "${method}".`);
  });

  async function preferences(): Promise<Record<string, unknown>> {
    return launched.app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]!.webContents as unknown as {
        getLastWebPreferences(): Record<string, unknown>;
      };
      return { ...contents.getLastWebPreferences() };
    });
  }
});
