/** The canvas of the window as a person uses it: positions in image px become movements of the mouse. */
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Point } from './expected-labels.js';

export class Canvas {
  private constructor(
    readonly page: Page,
    private readonly corner: Point,
    private readonly zoom: number,
  ) {}

  /** Where the image lies now; call it again after a change of the view. */
  static async of(page: Page): Promise<Canvas> {
    const frame = page.getByRole('application', { name: 'Image' });
    await expect.poll(() => frame.getAttribute('data-zoom'), { timeout: 20_000 }).not.toBeNull();
    const box = (await frame.boundingBox())!;
    const [zoom, left, top] = await Promise.all(
      ['data-zoom', 'data-left', 'data-top'].map(async (name) => Number(await frame.getAttribute(name))),
    );
    return new Canvas(page, { x: box.x + left!, y: box.y + top! }, zoom!);
  }

  /** The position in the image that the mouse really reaches: whole CSS px of the screen. */
  at(x: number, y: number): Point & { screen: Point } {
    const screen = {
      x: Math.round(this.corner.x + x * this.zoom),
      y: Math.round(this.corner.y + y * this.zoom),
    };
    return { x: (screen.x - this.corner.x) / this.zoom, y: (screen.y - this.corner.y) / this.zoom, screen };
  }

  async moveTo(point: { screen: Point }): Promise<void> {
    await this.page.mouse.move(point.screen.x, point.screen.y);
  }

  /** Presses at the first point, moves through the others, lets go at the last. */
  async drag(points: readonly { screen: Point }[]): Promise<void> {
    await this.moveTo(points[0]!);
    await this.page.mouse.down();
    for (const point of points.slice(1)) await this.moveTo(point);
    await this.page.mouse.up();
  }

  async click(point: { screen: Point }): Promise<void> {
    await this.drag([point]);
  }

  /** Waits until the window says that everything is saved. */
  async saved(): Promise<void> {
    await expect
      .poll(() => this.page.locator('[data-saving]').getAttribute('data-saving'), { timeout: 15_000 })
      .toBe('saved');
  }

  /** Waits until the core has answered so many edits of the open image. */
  async savedEdits(count: number): Promise<void> {
    await expect
      .poll(() => this.page.locator('[data-saved-edits]').getAttribute('data-saved-edits'), {
        timeout: 5_000,
      })
      .toBe(String(count));
  }
}
