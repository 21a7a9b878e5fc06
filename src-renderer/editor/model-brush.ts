/**
 * Paints with the model: every pixel under the brush gets the class that the model takes it for. Parts of the prediction
 * that have not come yet are painted as soon as they have; the stroke ends when all of it is painted.
 */
import { AppError } from '../../src-main/shared/errors.js';
import { TILE_SIDE } from '../../src-main/shared/mask.js';
import { brushWay, change } from './brush-stroke.js';
import type { MaskEditor } from './mask-editor.js';
import type { Tool, ToolEvent } from './tool-events.js';

/** Where the classes come from. */
export interface PredictedRows {
  /**
   * The label values of x0 … x1 − 1 of row y, into the first of `out`; 0: not to be painted. The span lies in one tile of 512².
   * @returns false when they are on their way: a `predicted` event says when to ask again.
   */
  row(y: number, x0: number, x1: number, out: Uint8Array): boolean;
}

/** @throws AppError('usage') when there is no prediction to paint with. */
export const modelBrush: Tool = function* (press, host) {
  const { editor } = host;
  const rows = host.predicted();
  const ink = new PredictedInk(editor, rows, host.state.protect);
  const listen = (event: ToolEvent) => {
    if (event.kind === 'predicted') ink.again(event.failed);
  };
  yield* change('Paint with the model', { host, author: 'model' }, function* () {
    yield* brushWay({
      press,
      host,
      erasing: false,
      sink: (y, x0, x1) => ink.span(y, x0, x1),
      onRestart: () => ink.restart(),
      onEvent: listen,
    });
    while (ink.waiting) listen(yield null);
  });
};

class PredictedInk {
  private readonly values = new Uint8Array(TILE_SIDE);
  private left: [y: number, x0: number, x1: number][] = [];

  constructor(
    private readonly editor: MaskEditor,
    private readonly rows: PredictedRows,
    /** Only void pixels are painted. */
    private readonly protect: boolean,
  ) {}

  get waiting(): boolean {
    return this.left.length > 0;
  }

  restart(): void {
    this.left = [];
  }

  span(y: number, x0: number, x1: number): void {
    for (let from = x0; from < x1;) {
      const to = Math.min(x1, (Math.floor(from / TILE_SIDE) + 1) * TILE_SIDE);
      if (!this.paint(y, from, to)) this.left.push([y, from, to]);
      from = to;
    }
  }

  /** @throws AppError('usage') when what is waited for will not come. */
  again(failed: boolean): void {
    if (failed && this.waiting)
      throw new AppError(
        'usage',
        'The prediction could not be read, so nothing was painted; predict the image again.',
      );
    this.left = this.left.filter(([y, x0, x1]) => !this.paint(y, x0, x1));
  }

  private paint(y: number, x0: number, x1: number): boolean {
    const { values } = this;
    if (!this.rows.row(y, x0, x1, values)) return false;
    for (let x = x0; x < x1;) {
      const value = values[x - x0]!;
      const start = x;
      while (x < x1 && values[x - x0] === value) x++;
      if (value !== 0) this.editor.paintSpan({ value, protectAllBut: this.protect ? 0 : null }, y, start, x);
    }
    return true;
  }
}
