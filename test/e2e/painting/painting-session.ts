/** A project with two pictures, painted by hand in one host: each edit compared with what an independent one makes. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { packageRoot } from '../../../src-main/disk/package-root.js';
import { Canvas } from './canvas.js';
import { decodePicture } from './decoded.js';
import { ExpectedLabels } from './expected-labels.js';
import { collectProblems, type Host, type HostWindow } from './host-windows.js';
import { createProject, images, labelsOf } from './project-steps.js';

const SAMPLES = join(packageRoot(), 'resources', 'sample', 'images');
const NAMES = ['test-01.png', 'test-02.png'];

export class PaintingSession {
  canvas!: Canvas;
  /** Labels after each edit, the first before all of them. */
  readonly states: Uint8Array[];
  private readonly found: string[][] = [];

  private constructor(
    private readonly host: Host,
    readonly home: string,
    public window: HostWindow,
    readonly pixels: { data: ArrayLike<number>; width: number; height: number },
    readonly expected: ExpectedLabels,
  ) {
    this.states = [expected.data.slice()];
    this.found.push(collectProblems(window.page));
  }

  /** Starts the program on nothing. */
  static async start(host: Host): Promise<PaintingSession> {
    const home = mkdtempSync(join(tmpdir(), 'brushfield-painting-'));
    mkdirSync(join(home, 'pictures'));
    for (const name of NAMES) copyFileSync(join(SAMPLES, name), join(home, 'pictures', name));
    const picture = await decodePicture(join(SAMPLES, NAMES[0]!));
    const window = await host.open({ folder: home });
    return new PaintingSession(
      host,
      home,
      window,
      picture,
      new ExpectedLabels(picture.width, picture.height),
    );
  }

  get page() {
    return this.window.page;
  }

  get project(): string {
    return join(this.home, 'Painted.brushfield');
  }

  /** Errors that the pages have had so far. */
  get problems(): string[] {
    return this.found.flat();
  }

  /** Makes the project and opens the first picture. */
  async makeProject(): Promise<void> {
    await createProject(this.page, { name: 'Painted', folder: this.home, classes: 'ground, cell' });
    await this.window.addImages(NAMES.map((name) => join(this.home, 'pictures', name)));
    await expect.poll(() => images(this.page).count()).toBe(2);
    await images(this.page).nth(0).click();
    this.canvas = await Canvas.of(this.page);
  }

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** An edit: what the person does and what must come of it. */
  async edit(act: () => Promise<void>, change: (labels: ExpectedLabels) => void): Promise<void> {
    await act();
    change(this.expected);
    this.states.push(this.expected.data.slice());
    await expect.poll(this.stored).toEqual(this.expected.data);
    await this.canvas.saved();
  }

  /** Labels of the first picture, from the disk. */
  stored = (): Uint8Array => labelsOf(this.project, NAMES[0]!);

  /** Starts the program anew on the project, as on another day. */
  async reopen(): Promise<void> {
    await this.window.close();
    this.window = await this.host.open({ folder: this.home, args: [this.project] });
    this.found.push(collectProblems(this.page));
    await expect.poll(() => images(this.page).count(), { timeout: 20_000 }).toBe(2);
    this.canvas = await Canvas.of(this.page);
    await this.focus();
  }

  /** The keys go to the picture. */
  async focus(): Promise<void> {
    await this.page.getByRole('application', { name: 'Image' }).focus();
  }

  async close(): Promise<void> {
    await this.window.close();
    rmSync(this.home, { recursive: true, force: true });
  }
}
