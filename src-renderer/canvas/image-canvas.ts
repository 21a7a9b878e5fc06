/** The open image on its canvas: joins the editor with the three layers and draws each when its part has changed. */
import { LabelLayer } from './label-layer.js';
import { ImageLayer } from './image-layer.js';
import type { OriginLayer } from './origin-layer.js';
import { OverlayLayer } from './overlay-layer.js';
import type { PredictionLayer, PredictionLook } from './prediction-layer.js';
import { CanvasStage } from './stage.js';
import type { LabelTiles } from '../editor/label-tiles.js';
import type { DirtyRect } from '../editor/mask-editor.js';
import type { PixelTiles } from '../editor/pixel-tiles.js';
import type { ToColors } from '../editor/display.js';
import type { Preview } from '../editor/tool-events.js';
import type { Viewport } from '../editor/viewport.js';

/** What is drawn: one opened image. */
export interface CanvasSource {
  image: { width: number; height: number; levels: number };
  pixels: PixelTiles;
  tiles: LabelTiles;
  /** Parts of the labels that look different since the last call. */
  takeDirty: () => DirtyRect[];
}

export interface CanvasLook {
  toColors: ToColors;
  /** RGBA (little-endian) of each label value; 256 entries. */
  labelColors: Uint32Array;
  /** Of the ninth class and those after it; null: there are none. */
  labelPatterns: Uint32Array | null;
  labelsShown: boolean;
  /** 0 … 1. */
  labelOpacity: number;
}

/** A prediction between image and labels. */
export interface ShownPrediction {
  layer: PredictionLayer;
  look: PredictionLook;
  /** 0 … 1. */
  opacity: number;
}

export class ImageCanvas {
  private readonly stage: CanvasStage;
  private readonly image: ImageLayer;
  private readonly labels: LabelLayer;
  private readonly overlay = new OverlayLayer();
  private viewport: Viewport | null = null;
  private preview: Preview | null = null;
  private prediction: ShownPrediction | null = null;
  private origin: OriginLayer | null = null;

  constructor(
    container: HTMLDivElement,
    private readonly source: CanvasSource,
    private look: CanvasLook,
  ) {
    this.image = new ImageLayer(source.image, source.pixels, look.toColors);
    this.labels = new LabelLayer(source.tiles, look.labelColors, look.labelPatterns);
    this.stage = new CanvasStage({
      container,
      view: () => this.viewport,
      painters: {
        image: (context, view) => this.image.paint(context, view),
        labels: (context, view) => this.paintLabels(context, view),
        overlay: (context, view) => this.overlay.paint(context, view, this.preview),
      },
    });
  }

  show(viewport: Viewport | null): void {
    this.viewport = viewport;
    this.stage.draw();
  }

  setLook(look: CanvasLook): void {
    const before = this.look;
    this.look = look;
    if (look.toColors !== before.toColors) {
      this.image.setMapping(look.toColors);
      this.stage.draw('image');
    }
    if (look.labelColors !== before.labelColors) this.labels.setColours(look.labelColors, look.labelPatterns);
    this.stage.draw('labels');
  }

  setPreview(preview: Preview | null): void {
    this.preview = preview;
    this.stage.draw('overlay');
  }

  /** Null: none is shown. Called again when tiles of it came. */
  setPrediction(prediction: ShownPrediction | null): void {
    if (!prediction && !this.prediction) return;
    this.prediction = prediction;
    this.stage.draw('labels');
  }

  /** Null: it is not shown whose labels they are. */
  setOrigin(origin: OriginLayer | null): void {
    if (origin === this.origin) return;
    this.origin = origin;
    this.stage.draw('labels');
  }

  labelsChanged(): void {
    this.stage.draw('labels');
  }

  pixelsCame(): void {
    this.stage.draw('image');
  }

  /** CSS px. */
  resize(width: number, height: number): void {
    this.stage.resize(width, height);
  }

  dispose(): void {
    this.stage.dispose();
  }

  private paintLabels(context: CanvasRenderingContext2D, view: Viewport): boolean {
    // However many strokes came since the last frame, what they changed is written once.
    this.labels.update(this.source.takeDirty());
    const { labelsShown, labelOpacity } = this.look;
    const predicted = this.prediction?.layer.paint(context, view, this.prediction) ?? true;
    if (!labelsShown) return predicted;
    const labelled = this.labels.paint(context, view, labelOpacity);
    return (this.origin?.paint(context, view) ?? true) && labelled && predicted;
  }
}
