/** The canvas: three Konva layers (image, labels, overlay), each drawn by one shape, each only when it has changed. */
import Konva from 'konva';
import type { Viewport } from '../editor/viewport.js';

export type LayerName = 'image' | 'labels' | 'overlay';

/** Draws one layer in device px. @returns false to be called again in the next frame. */
export type Painter = (context: CanvasRenderingContext2D, view: Viewport) => boolean;

export interface CanvasStageOptions {
  container: HTMLDivElement;
  painters: Record<LayerName, Painter>;
  /** Where the image lies at the moment of drawing; null: nothing is open. */
  view: () => Viewport | null;
}

const LAYERS: readonly LayerName[] = ['image', 'labels', 'overlay'];

export class CanvasStage {
  private readonly stage: Konva.Stage;
  private readonly layers: Record<LayerName, Konva.Layer>;

  constructor({ container, painters, view }: CanvasStageOptions) {
    this.stage = new Konva.Stage({
      container,
      width: container.clientWidth,
      height: container.clientHeight,
      // Pointer events are the editor's own: hit canvases would be drawn for nothing.
      listening: false,
    });
    const layerOf = (name: LayerName): Konva.Layer => {
      const layer = new Konva.Layer({ listening: false });
      const shape = new Konva.Shape({
        listening: false,
        perfectDrawEnabled: false,
        sceneFunc: (context) => {
          const at = view();
          if (!at) return;
          // Konva scales to CSS pixels; tiles meet without seams only on whole canvas pixels.
          const native = context._context;
          native.save();
          native.setTransform(1, 0, 0, 1, 0, 0);
          const complete = painters[name](native, at);
          native.restore();
          if (!complete) requestAnimationFrame(() => layer.batchDraw());
        },
      });
      layer.add(shape);
      this.stage.add(layer);
      return layer;
    };
    this.layers = Object.fromEntries(LAYERS.map((name) => [name, layerOf(name)])) as Record<
      LayerName,
      Konva.Layer
    >;
  }

  /** Draws these layers in the next frame. */
  draw(...names: LayerName[]): void {
    for (const name of names.length ? names : LAYERS) this.layers[name].batchDraw();
  }

  resize(width: number, height: number): void {
    this.stage.size({ width, height });
    this.draw();
  }

  dispose(): void {
    this.stage.destroy();
  }
}
