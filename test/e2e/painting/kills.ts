/** A person paints, a part of the program is killed at a random moment, and what was shown as saved must be there. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { randomFor } from '../../../src-main/shared/random.js';
import { checkIntegrity } from '../../../src-main/store/integrity.js';
import { openStore } from '../../../src-main/store/open.js';
import { processBelow } from '../rig/processes.js';
import { Canvas } from './canvas.js';
import { ExpectedLabels } from './expected-labels.js';
import type { Host, HostWindow } from './host-windows.js';
import { createProject, images, labelsOf } from './project-steps.js';

export type Victim = 'core' | 'host' | 'page';

const RADIUS = 10;
const STROKES = 12;

interface Painted {
  /** Set at the kill: keys and pointer are dead while the window looks for a new core. */
  over: boolean;
  /** Labels after 0, 1, 2 … strokes. */
  states: Uint8Array[];
  /** Strokes that the window had called saved. */
  acknowledged: number;
  /** Strokes of which at least the press was made. */
  begun: number;
}

export class KillRounds {
  private readonly home = mkdtempSync(join(tmpdir(), 'brushfield-kills-'));
  private readonly project = join(this.home, 'Killed.brushfield');
  private opened: HostWindow | null = null;
  private labels: Uint8Array = new Uint8Array(0);

  constructor(
    private readonly host: Host,
    private readonly picture: { path: string; name: string; width: number; height: number },
  ) {}

  async prepare(): Promise<void> {
    this.opened = await this.host.open({ folder: this.home });
    await createProject(this.opened.page, { name: 'Killed', folder: this.home, classes: 'a, b, c' });
    await this.opened.addImages([this.picture.path]);
    await expect.poll(() => images(this.opened!.page).count(), { timeout: 15_000 }).toBe(1);
    await Canvas.of(this.opened.page);
    this.labels = new Uint8Array(this.picture.width * this.picture.height);
  }

  /** One kill; throws when something acknowledged is not there. */
  async round(victim: Victim, seed: number): Promise<void> {
    const window = (this.opened ??= await this.open());
    const random = randomFor(seed, 0);
    const painted: Painted = { over: false, states: [this.labels], acknowledged: 0, begun: 0 };
    const painting = this.paint(window, painted, seed).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, random.integer(1500)));
    painted.over = true;
    kill(window, victim);
    await painting;
    await window.close().catch(() => undefined);
    this.opened = null;
    this.labels = await this.requireKept(painted);
  }

  async finish(): Promise<void> {
    await this.opened?.close();
    rmSync(this.home, { recursive: true, force: true });
  }

  private async open(): Promise<HostWindow> {
    const window = await this.host.open({ folder: this.home, args: [this.project] });
    await expect.poll(() => images(window.page).count(), { timeout: 20_000 }).toBe(1);
    // Nobody else may be left who holds the project.
    await window.page.locator('.frame.painting').waitFor({ timeout: 20_000 });
    return window;
  }

  private async paint({ page }: HostWindow, painted: Painted, seed: number): Promise<void> {
    const random = randomFor(seed, 1);
    const canvas = await Canvas.of(page);
    const value = 1 + random.integer(3);
    await page.keyboard.press(String(value));
    let edits = 0;
    for (let stroke = 0; stroke < STROKES && !painted.over; stroke++) {
      const points = Array.from({ length: 4 }, () =>
        canvas.at(random.integer(this.picture.width), random.integer(this.picture.height)),
      );
      const next = new ExpectedLabels(this.picture.width, this.picture.height);
      next.data.set(painted.states.at(-1)!);
      next.stroke(points, RADIUS, value);
      painted.states.push(next.data);
      painted.begun++;
      if (Buffer.compare(next.data, painted.states.at(-2)!) !== 0) edits++;
      await canvas.drag(points);
      await canvas.savedEdits(edits);
      painted.acknowledged = painted.begun;
    }
  }

  private async requireKept({ states, acknowledged, begun }: Painted): Promise<Uint8Array> {
    const store = openStore(this.project, { access: 'read' });
    try {
      expect((await checkIntegrity(store)).problems).toEqual([]);
    } finally {
      store.close();
    }
    const stored = labelsOf(this.project, this.picture.name);
    const kept = states.findLastIndex((state) => Buffer.compare(state, stored) === 0);
    expect(kept, `of ${begun} strokes, ${acknowledged} acknowledged`).toBeGreaterThanOrEqual(acknowledged);
    return stored;
  }
}

function kill(window: HostWindow, victim: Victim): void {
  const pid =
    victim === 'core'
      ? window.corePid()
      : victim === 'host'
        ? window.hostPid()
        : processBelow(process.pid, /--type=renderer/);
  // A part that has not started yet, or has just ended, cannot be killed: the round then shows less, not something wrong.
  if (pid === null || pid === undefined) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}
