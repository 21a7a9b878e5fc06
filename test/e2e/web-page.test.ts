import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixtureRoot, type FixtureRoot } from '../hosts/fixtures/app-root.js';
import { browseApp, type BrowsedApp } from './rig/chromium.js';
import { describeWithChromium } from './rig/runtimes.js';

describeWithChromium('the page in a real Chromium', () => {
  let root: FixtureRoot;
  let browsed: BrowsedApp;
  beforeAll(async () => {
    root = fixtureRoot();
    browsed = await browseApp({ appRoot: root.folder });
  });
  afterAll(async () => {
    await browsed?.close();
    root?.remove();
  });

  test('the token is gone from the address once the page is there', async () => {
    await browsed.page.getByRole('heading', { name: 'Fixture' }).waitFor();
    expect(new URL(browsed.page.url()).search).toBe('');
  });
});
