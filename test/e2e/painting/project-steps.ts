/** Steps that every test of the window begins with, and what is then in the project's file. */
import type { Page } from 'playwright-core';
import { listClasses } from '../../../src-main/store/classes.js';
import { listImages } from '../../../src-main/store/images.js';
import { labelCounts, loadMask } from '../../../src-main/store/masks.js';
import { openStore } from '../../../src-main/store/open.js';

export async function createProject(
  page: Page,
  { name, folder, classes }: { name: string; folder: string; classes: string },
): Promise<void> {
  await page.getByRole('button', { name: 'New project…' }).click();
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
  await page.getByLabel('In folder').fill(folder);
  await page.getByLabel('Classes').fill(classes);
  await page.getByRole('button', { name: 'Create project' }).click();
  await page.getByRole('heading', { name }).waitFor();
}

/** Rows of the image list. */
export const images = (page: Page) =>
  page.getByRole('listbox', { name: 'Images of the project' }).getByRole('option');

/** Runs a command from the palette. */
export async function command(page: Page, title: string): Promise<void> {
  await page.getByRole('application', { name: 'Image' }).focus();
  await page.keyboard.press('Control+k');
  await page.keyboard.type(title);
  await page.keyboard.press('Enter');
}

/** The labels of an image as another process reads them from the disk; void when there are none. */
export function labelsOf(project: string, imageName: string): Uint8Array {
  const store = openStore(project, { access: 'read' });
  try {
    const image = listImages(store).find(({ name }) => name === imageName)!;
    return loadMask(store, image.id)?.data ?? new Uint8Array(image.width * image.height);
  } finally {
    store.close();
  }
}

/** Classes, images and which of them have labels, as another process reads them from the disk. */
export function recordsOf(project: string) {
  const store = openStore(project, { access: 'read' });
  try {
    return { classes: listClasses(store), images: listImages(store), labels: [...labelCounts(store)] };
  } finally {
    store.close();
  }
}
