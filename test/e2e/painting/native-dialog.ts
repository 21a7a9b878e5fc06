/** What a person does in the dialog for files: the native one of the desktop app, the window's own in a browser. */
import type { ElectronApplication } from 'playwright-core';
import type { HostWindow } from './host-windows.js';

const electronOf = (window: Pick<HostWindow, 'page'>): ElectronApplication | null =>
  'app' in window ? (window.app as ElectronApplication) : null;

/** A native dialog cannot be driven; what it would answer is put in its place. @returns whether there is one. */
export async function answerNativeDialog(
  window: Pick<HostWindow, 'page'>,
  paths: readonly string[],
): Promise<boolean> {
  const electron = electronOf(window);
  await electron?.evaluate(
    ({ dialog }, filePaths) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths });
    },
    [...paths],
  );
  return electron !== null;
}

/** Opens a project from the welcome page. */
export async function openFromWelcome(window: HostWindow, folder: string, name: string): Promise<void> {
  const { page } = window;
  const native = await answerNativeDialog(window, [`${folder}/${name}`]);
  await page.getByRole('button', { name: 'Open a project…' }).click();
  if (native) return;
  await page.getByRole('textbox', { name: 'Folder', exact: true }).fill(folder);
  await page.getByRole('button', { name: 'Go', exact: true }).click();
  await page.getByRole('button', { name: new RegExp(`^${name}`) }).click();
}
