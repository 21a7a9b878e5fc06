/** The same window in both hosts, for tests whose body is one: the desktop app and the page in a browser. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Page } from 'playwright-core';
import { processBelow } from '../rig/processes.js';
import { browseApp } from '../rig/chromium.js';
import { launchApp } from '../rig/electron.js';
import { describeWithChromium, describeWithElectron } from '../rig/runtimes.js';

export interface HostWindow {
  page: Page;
  /** Home folder of the program; projects of the tests are made in it. */
  folder: string;
  corePid(): number | null;
  /** Of Electron's main process, or of the web server. */
  hostPid(): number | undefined;
  /** As people do it there: dropped on the page, or chosen in the native dialog. */
  addImages(paths: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

export interface Host {
  name: string;
  describe: (title: string, suite: () => void) => void;
  /** @param options `mustRead`: beside the program's own files, by whichever account it runs under */
  open(options: { folder?: string; args?: string[]; mustRead?: string[] }): Promise<HostWindow>;
}

export const HOSTS: readonly Host[] = [
  {
    name: 'Chromium',
    describe: describeWithChromium,
    async open(options) {
      const app = await browseApp(options);
      return Object.assign(app, {
        hostPid: () => app.server.pid,
        addImages: (paths: readonly string[]) => drop(app.page, paths),
      });
    },
  },
  {
    name: 'Electron',
    describe: describeWithElectron,
    async open(options) {
      const launched = await launchApp(options);
      const addImages = async (paths: readonly string[]) => {
        // A native dialog cannot be driven; what it would answer is put in its place.
        await launched.app.evaluate(
          ({ dialog }, filePaths) => {
            dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths });
          },
          [...paths],
        );
        // The first is the menu beside the list's title.
        await launched.page.getByRole('button', { name: 'Add images…' }).last().click();
      };
      return Object.assign(launched, {
        hostPid: () =>
          processBelow(launched.app.process().pid, /fiftyone(?!.*--type=)|electron(?!.*--type=)/) ??
          undefined,
        addImages,
      });
    },
  },
];

async function drop(page: Page, paths: readonly string[]): Promise<void> {
  const files = paths.map((path) => ({ name: basename(path), base64: readFileSync(path, 'base64') }));
  // As text: the types of Node know nothing of a page's DataTransfer.
  const transfer = await page.evaluateHandle(`(() => {
    const dropped = new DataTransfer();
    for (const { name, base64 } of ${JSON.stringify(files)})
      dropped.items.add(new File([Uint8Array.from(atob(base64), (one) => one.charCodeAt(0))], name));
    return dropped;
  })()`);
  for (const type of ['dragenter', 'dragover', 'drop'])
    await page.dispatchEvent('#canvas', type, { dataTransfer: transfer });
}

/** Errors a person never sees but that must not be there: of the page, its console, its content policy. */
export function collectProblems(page: Page): string[] {
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    // What a request was answered is told below, with its address.
    const ofRequest = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !ofRequest) problems.push(message.text());
  });
  page.on('response', (response) => {
    if (response.status() < 400) return;
    const url = response.url();
    // A window that is closed leaves thumbnails behind that nobody waits for any more.
    if (url.includes('/thumbnail/')) return;
    response.text().then(
      (text) => problems.push(`${url}: ${text}`),
      () => problems.push(url),
    );
  });
  return problems;
}
