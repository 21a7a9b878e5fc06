/** What tools and commands do to whole regions of the open image, in a thread of its own. */
import { AppError, isAppError } from '../../src-main/shared/errors.js';
import { applySelection, type SelectionMode } from '../editor/apply-selection.js';
import type { Rect } from '../editor/label-tiles.js';
import type { MaskEditor } from '../editor/mask-editor.js';
import { displayedWindow, type ChannelRange } from '../editor/pixel-window.js';
import type { PixelTiles } from '../editor/pixel-tiles.js';
import type { RegionRequest, RegionResult, RegionTool } from '../editor/region-tools.js';
import type { SelectionAsk, ToolEvent } from '../editor/tool-events.js';
import { ownClass, type ToolState } from '../editor/tool-state.js';
import { RegionThread } from './region-thread.js';
import type { Call } from '../../src-main/shared/rpc.js';
import type { Progress } from '../../src-main/shared/app-api.js';

export interface RegionPlace {
  editor: MaskEditor;
  pixels: PixelTiles;
  /** Channels that are shown, with their windows. */
  channels: () => ChannelRange[];
  tools: () => ToolState;
  /** The part of the image that is in view. */
  visible: () => Rect;
  /** Saves the change of the editor that has just ended. */
  commit: () => void;
  send: (event: ToolEvent) => void;
  /** Runs work with a progress card; undefined when it failed or was stopped, which has been said. */
  job: <T>(title: string, work: (call: Call<Progress>) => Promise<T>) => Promise<T | undefined>;
  onFailure: (error: unknown) => void;
}

/** Larger images are worked on where they are in view: 64 megapixels take some seconds and half a gigabyte. */
const LARGEST_WINDOW = 64e6;
/** The wand also needs the samples, which come from the disk. */
const LARGEST_SAMPLES = 4e6;

/** A dense tile takes a millisecond to decode. */
const TILES_A_SLICE = 8;

/** Tools that change the chosen class as a whole. */
export type Reshaping = Extract<
  RegionTool,
  { kind: 'grow' | 'shrink' | 'fill-holes' | 'remove-specks' | 'smooth' }
>;

export class RegionWork {
  /** While labels are being computed no stroke may begin: they would be overwritten. */
  busy: Promise<unknown> | null = $state.raw(null);
  private readonly thread = new RegionThread();
  private asked = 0;
  private next: { number: number; ask: SelectionAsk } | null = null;
  private selecting = false;

  constructor(private readonly place: RegionPlace) {}

  dispose(): void {
    this.thread.dispose();
  }

  /** Answers by a `selected` event; of several only the last. */
  select(ask: SelectionAsk): number {
    this.next = { number: ++this.asked, ask };
    if (!this.selecting) void this.answerAll();
    return this.asked;
  }

  /** Selects and changes the labels as one edit. */
  apply(
    ask: SelectionAsk,
    { title, mode, erasing }: { title: string; mode: SelectionMode; erasing: boolean },
  ): void {
    const { editor, job } = this.place;
    const tools = this.place.tools();
    this.block(
      job(title, async (call) => {
        const { rect, selection } = await this.find(ask, call);
        const value = erasing && mode === 'add' ? 0 : ownClass(tools);
        const ink = { value, mode, protect: tools.protect, protectedFor: ownClass(tools) };
        editor.begin(title);
        editor.write(rect, applySelection(editor.tiles.read(rect), selection!, ink));
        this.place.commit();
      }),
    );
  }

  /** Grows, shrinks, fills or cleans the chosen class, everywhere or, in very large images, in view. */
  reshape(title: string, tool: Reshaping): void {
    const { editor, job } = this.place;
    const tools = this.place.tools();
    this.block(
      job(title, async (call) => {
        const rect = this.window(LARGEST_WINDOW);
        const request = { tool, rect, labels: editor.tiles.read(rect), mode: 'add' as const };
        const { labels, changed } = await this.thread.run(
          { ...request, value: ownClass(tools), protect: tools.protect },
          this.callOf(title, call),
        );
        if (changed === 0) return;
        editor.begin(title);
        editor.write(rect, labels);
        this.place.commit();
      }),
    );
  }

  /** Maps the labels of the whole image, `to[label]`: a class replaced or cleared. */
  mapLabels(title: string, to: Uint8Array): void {
    const { editor, job } = this.place;
    this.block(
      job(title, async ({ signal, onEvent }) => {
        const total = editor.tiles.rows * editor.tiles.columns;
        editor.begin(title);
        try {
          for (let index = 0; index < total; index++) {
            editor.mapTile(index, to);
            if (index % TILES_A_SLICE < TILES_A_SLICE - 1) continue;
            onEvent?.({ done: index, total, name: title });
            await new Promise((resolve) => setTimeout(resolve));
            if (signal?.aborted) throw new AppError('stopped', 'Stopped; the labels are as they were.');
          }
        } catch (error) {
          editor.abort();
          throw error;
        }
        this.place.commit();
      }),
    );
  }

  /** Of the first channel shown, whose window was 0 … 1. */
  private inSamples(threshold: number): number {
    const { low, high } = this.place.channels()[0]!;
    return low + threshold * (high - low);
  }

  private block(work: Promise<unknown>): void {
    const done: Promise<unknown> = work.finally(() => {
      if (this.busy === done) this.busy = null;
    });
    this.busy = done;
  }

  private async answerAll(): Promise<void> {
    this.selecting = true;
    try {
      while (this.next) {
        const { number, ask } = this.next;
        this.next = null;
        const { rect, selection, threshold } = await this.find(ask);
        if (this.next) continue;
        const found = {
          rect,
          selection: selection!,
          ...(threshold !== undefined && { threshold: this.inSamples(threshold) }),
        };
        this.place.send({ kind: 'selected', ask: number, selection: found });
      }
    } catch (error) {
      this.next = null;
      if (!isAppError(error) || error.code !== 'stopped') this.place.onFailure(error);
    } finally {
      this.selecting = false;
    }
  }

  private async find(ask: SelectionAsk, call: Call<Progress> = {}): Promise<RegionResult> {
    const request = await this.requestFor(ask);
    return this.thread.run(request, this.callOf('', call));
  }

  private async requestFor(ask: SelectionAsk): Promise<RegionRequest> {
    const { editor } = this.place;
    const base = { value: 0, mode: 'add' as const, protect: false };
    if (ask.kind === 'threshold') {
      const rect = this.clipped(ask.box);
      const [channel] = this.place.channels();
      const channels = channel ? await displayedWindow(this.place.pixels, rect, [channel]) : [];
      const { low = 0, high = 1 } = channel ?? {};
      const threshold = ask.threshold === 'otsu' ? 'otsu' : (ask.threshold - low) / (high - low || 1);
      const tool: RegionTool = { kind: 'threshold', region: null, threshold, side: ask.side };
      return { ...base, tool, rect, labels: new Uint8Array(rect.width * rect.height), channels };
    }
    const rect = this.window(ask.kind === 'wand' ? LARGEST_SAMPLES : LARGEST_WINDOW);
    const seed = { x: ask.x - rect.x, y: ask.y - rect.y };
    const labels = editor.tiles.read(rect);
    if (ask.kind === 'fill') {
      const tool: RegionTool = { kind: 'fill', seed, contiguous: ask.contiguous };
      return { ...base, tool, rect, labels };
    }
    const { tolerance, contiguous } = ask;
    const channels = await displayedWindow(this.place.pixels, rect, this.place.channels());
    return { ...base, tool: { kind: 'wand', seed, tolerance, contiguous }, rect, labels, channels };
  }

  /** The whole image, or what is in view of one that is too large. */
  private window(largest: number): Rect {
    const { width, height } = this.place.editor.tiles;
    return width * height <= largest ? { x: 0, y: 0, width, height } : this.place.visible();
  }

  private clipped({ x0, y0, x1, y1 }: { x0: number; y0: number; x1: number; y1: number }): Rect {
    const { width, height } = this.place.editor.tiles;
    const x = Math.max(0, Math.floor(Math.min(x0, x1)));
    const y = Math.max(0, Math.floor(Math.min(y0, y1)));
    return {
      x,
      y,
      width: Math.max(1, Math.min(width, Math.ceil(Math.max(x0, x1))) - x),
      height: Math.max(1, Math.min(height, Math.ceil(Math.max(y0, y1))) - y),
    };
  }

  private callOf(name: string, call: Call<Progress>) {
    return {
      ...(call.signal && { signal: call.signal }),
      onProgress: (share: number) => call.onEvent?.({ done: Math.round(share * 100), total: 100, name }),
    };
  }
}
