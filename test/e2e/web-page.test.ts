import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixtureRoot, type FixtureRoot } from '../hosts/fixtures/app-root.js';
import { browseApp, serveApp, type BrowsedApp } from './rig/chromium.js';
import { describeWithChromium } from './rig/runtimes.js';

describeWithChromium('the page in a real Chromium', () => {
  let root: FixtureRoot;
  let browsed: BrowsedApp;
  const complaints: string[] = [];

  beforeAll(async () => {
    root = fixtureRoot();
    browsed = await browseApp({ appRoot: root.folder });
    await browsed.page.getByRole('heading', { name: 'Fixture' }).waitFor();
    browsed.page.on('console', (message) => complaints.push(message.text()));
  });
  afterAll(async () => {
    await browsed?.close();
    root?.remove();
  });

  test('the token is gone from the address once the page is there, and a reload keeps it open', async () => {
    expect(new URL(browsed.page.url()).search).toBe('');
    await browsed.page.reload();
    await browsed.page.getByRole('heading', { name: 'Fixture' }).waitFor();
  });

  test('scripts of the page cannot read the cookie', async () => {
    expect(await browsed.page.evaluate('document.cookie')).toBe('');
  });

  test('the content policy keeps out scripts in the page and scripts from elsewhere', async () => {
    await browsed.page.evaluate(`(() => {
      const add = (change) => { const script = document.createElement('script'); change(script); document.body.append(script); };
      add((script) => (script.textContent = 'window.injected = 1'));
      add((script) => (script.src = 'data:text/javascript,window.injected = 2'));
      document.body.insertAdjacentHTML('beforeend', '<img src="x" onerror="window.injected = 3">');
    })()`);
    await expect
      .poll(() => complaints.filter((text) => /Content Security Policy/.test(text)).length)
      .toBeGreaterThanOrEqual(3);
    expect(await browsed.page.evaluate('window.injected')).toBeUndefined();
  });

  test('the policy lets the page reach its own WebSocket and no other server', async () => {
    const opened = await browsed.page.evaluate(
      `new Promise((resolve) => { const socket = new WebSocket('ws://' + location.host + '/ws'); socket.onopen = () => resolve('open'); socket.onerror = () => resolve('refused'); })`,
    );
    expect(opened).toBe('open');
    const other = await serveApp({ appRoot: root.folder });
    try {
      const { origin } = new URL(other.address);
      expect(
        await browsed.page.evaluate(`fetch('${origin}/').then(() => 'answered', (error) => error.name)`),
      ).toBe('TypeError');
    } finally {
      await other.close();
    }
  });

  test('a page of another origin cannot use the cookie, nor show the app in a frame', async () => {
    const other = await serveApp({ appRoot: root.folder });
    const foreign = await browsed.page.context().newPage();
    try {
      // Same site for a cookie, since cookies know no ports; another origin for everything else.
      await foreign.goto(other.address);
      const { origin, host } = new URL(browsed.address);
      const reached = await foreign.evaluate(
        `new Promise((resolve) => { const socket = new WebSocket('ws://${host}/ws'); socket.onopen = () => resolve('open'); socket.onerror = () => resolve('refused'); })`,
      );
      expect(reached).toBe('refused');
      expect(
        await foreign.evaluate(`fetch('${origin}/').then(() => 'answered', (error) => error.name)`),
      ).toBe('TypeError');
    } finally {
      await foreign.close();
      await other.close();
    }
  });
});

describeWithChromium('brushfield serve', () => {
  test('ends on Ctrl+C with its core, and with success', async () => {
    const served = await serveApp();
    await expect.poll(() => served.corePid()).not.toBeNull();
    const core = served.corePid()!;
    const ended = new Promise((resolve) => served.server.once('exit', resolve));
    served.server.kill('SIGINT');
    expect(await ended).toBe(0);
    expect(() => process.kill(core, 0)).toThrow();
    await served.close();
  });

  test('refuses a port that is taken, with a sentence', async () => {
    const first = await serveApp();
    try {
      const { port } = new URL(first.address);
      await expect(serveApp({ args: ['--port', port] })).rejects.toThrow(
        /Port \d+ cannot be used \(EADDRINUSE\)/,
      );
    } finally {
      await first.close();
    }
  });
});
