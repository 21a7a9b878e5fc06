/** A real Chromium on a project with two trained models, and what is stored in that project meanwhile. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { openProjectToRead, type Project } from '../../../src-main/core/projects.js';
import { listImages, type ImageRow } from '../../../src-main/store/images.js';
import { modelPlane } from '../../../src-main/store/model-pixels.js';
import { Canvas } from '../painting/canvas.js';
import { collectProblems } from '../painting/host-windows.js';
import { images, labelsOf } from '../painting/project-steps.js';
import { browseApp, type BrowsedApp } from './chromium.js';
import { trainedProject, type TrainedProject } from './trained-project.js';

/** Two cores that others use too. */
export const PATIENT = { timeout: 90_000 };

export class TrainedWindow {
  readonly page: Page;
  readonly problems: string[];

  private constructor(
    readonly home: string,
    readonly made: TrainedProject,
    private readonly app: BrowsedApp,
  ) {
    this.page = app.page;
    this.problems = collectProblems(app.page);
  }

  static async open(): Promise<TrainedWindow> {
    const home = mkdtempSync(join(tmpdir(), 'brushfield-trained-'));
    const made = await trainedProject(home);
    const app = await browseApp({ folder: join(home, 'user'), args: [made.project] });
    const window = new TrainedWindow(home, made, app);
    app.page.setDefaultTimeout(30_000);
    await images(app.page).nth(4).waitFor(PATIENT);
    return window;
  }

  async close(): Promise<void> {
    await this.app.close();
    rmSync(this.home, { recursive: true, force: true });
  }

  /** As another process reads it from the disk. */
  stored<T>(read: (project: Project) => T): T {
    const project = openProjectToRead(this.made.project);
    try {
      return read(project);
    } finally {
      project.close();
    }
  }

  image(name: string): ImageRow {
    return this.stored(({ store }) => listImages(store).find((image) => image.name === name)!);
  }

  labels(name: string): Uint8Array {
    return labelsOf(this.made.project, name);
  }

  /** 1 where a label is a model's. */
  origin(name: string): Uint8Array {
    const { id, width, height } = this.image(name);
    return this.stored(({ store }) => modelPlane(store, id)) ?? new Uint8Array(width * height);
  }

  /** Opens an image and waits for its prediction; the tab Review must be open. */
  async openImage(name: string): Promise<Canvas> {
    const frame = this.page.getByRole('application', { name: 'Image' });
    await images(this.page).filter({ hasText: name }).click();
    await expect.poll(() => frame.getAttribute('data-image'), PATIENT).toBe(String(this.image(name).id));
    await this.page.getByRole('checkbox', { name: 'Show the prediction' }).waitFor(PATIENT);
    await frame.focus();
    return Canvas.of(this.page);
  }

  /** The folder of the run that is predicted with. */
  async usedRun(): Promise<{ name: string; folder: string }> {
    const shown = await this.page
      .getByRole('combobox', { name: 'Model' })
      .evaluate(
        (select) => (select as unknown as { selectedOptions: { text: string }[] }).selectedOptions[0]!.text,
      );
    const name = shown.split(' · ')[0]!;
    return { name, folder: join(this.made.project, 'models', name) };
  }

  /** For people to look at, where they ask for it by BRUSHFIELD_PICTURES. */
  async picture(name: string): Promise<void> {
    const folder = process.env['BRUSHFIELD_PICTURES'];
    if (folder !== undefined) await this.page.screenshot({ path: join(folder, `${name}.png`) });
  }
}
