/** Pointer and wheel over the canvas, as events for tools and moves of the view. */
import type { Pointer, ToolEvent } from '../editor/tool-events.js';
import { toImage, type Point, type Viewport } from '../editor/viewport.js';

export interface PointerTarget {
  viewport: () => Viewport | null;
  /** Device px a CSS px. */
  pixelRatio: () => number;
  send: (event: ToolEvent) => void;
  pan: (dx: number, dy: number) => void;
  zoomBy: (factor: number, at: Point) => void;
  resizeBrush: (steps: number) => void;
  /** While true, dragging moves the image. */
  panHeld: () => boolean;
  /** Where the pointer is, image px; null: it has left. */
  hover: (at: Point | null) => void;
}

/** One notch of a wheel is about 100 px: a third of an octave. */
const ZOOM_A_PIXEL = 2 ** (1 / 300);
const WHEEL_LINE_PX = 16;

export class PointerInput {
  private readonly controller = new AbortController();
  private panning: { x: number; y: number } | null = null;
  private drawing: number | null = null;
  /** Alt was held at a press: letting it go is no wish to see the menu, which would take the keys away. */
  private altUsed = false;

  constructor(
    private readonly element: HTMLElement,
    private readonly target: PointerTarget,
  ) {
    const on = <K extends keyof HTMLElementEventMap>(
      name: K,
      handler: (event: HTMLElementEventMap[K]) => void,
    ) => element.addEventListener(name, handler, { signal: this.controller.signal, passive: false });
    on('pointerdown', (event) => this.down(event));
    on('pointermove', (event) => this.move(event));
    on('pointerup', (event) => this.up(event));
    on('pointercancel', (event) => this.up(event));
    on('pointerleave', () => target.hover(null));
    on('dblclick', () => target.send({ kind: 'confirm' }));
    on('wheel', (event) => this.wheel(event));
    on('contextmenu', (event) => event.preventDefault());
    window.addEventListener('keyup', (event) => this.keyUp(event), { signal: this.controller.signal });
  }

  dispose(): void {
    this.controller.abort();
  }

  private down(event: PointerEvent): void {
    // A button over the canvas is pressed, not painted through.
    if (event.target instanceof Element && event.target.closest('button')) return;
    // A press on the canvas takes the keys back from the field that had them.
    this.element.focus({ preventScroll: true });
    event.preventDefault();
    this.altUsed ||= event.altKey;
    if (this.drawing !== null || this.panning) return;
    this.element.setPointerCapture(event.pointerId);
    if (event.button === 1 || (event.button === 0 && this.target.panHeld())) {
      this.panning = { x: event.clientX, y: event.clientY };
    } else if (event.button === 0) {
      this.drawing = event.pointerId;
      this.tell('press', event);
    }
  }

  private keyUp(event: KeyboardEvent): void {
    if (event.key !== 'Alt') return;
    if (this.altUsed) event.preventDefault();
    this.altUsed = false;
  }

  private move(event: PointerEvent): void {
    const ratio = this.target.pixelRatio();
    if (this.panning) {
      this.target.pan((event.clientX - this.panning.x) * ratio, (event.clientY - this.panning.y) * ratio);
      this.panning = { x: event.clientX, y: event.clientY };
      return;
    }
    if (this.drawing !== null && event.pointerId !== this.drawing) return;
    // Between two frames a fast pointer makes several moves; strokes follow all of them.
    const all = this.drawing === null ? [] : (event.getCoalescedEvents?.() ?? []);
    for (const each of all.length > 0 ? all : [event]) this.tell('move', each, event);
    const view = this.target.viewport();
    this.target.hover(view && toImage(view, this.place(event)));
  }

  private up(event: PointerEvent): void {
    if (this.panning) {
      this.panning = null;
    } else if (event.pointerId === this.drawing) {
      this.drawing = null;
      this.tell('release', event);
      // The pointer hovers again from where it is.
      this.tell('move', event);
    }
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? WHEEL_LINE_PX : 1;
    const [dx, dy] = [event.deltaX * unit, event.deltaY * unit];
    const ratio = this.target.pixelRatio();
    // A pinch on a touchpad comes as a wheel with Ctrl and small steps; a wheel with Ctrl sizes the brush.
    const pinch = event.ctrlKey && Math.abs(dy) < 40 && !Number.isInteger(event.deltaY);
    if (event.ctrlKey && !pinch) this.target.resizeBrush(dy > 0 ? -1 : 1);
    else if (event.shiftKey) this.target.pan(-(dx || dy) * ratio, 0);
    else this.target.zoomBy(ZOOM_A_PIXEL ** -(pinch ? dy * 10 : dy), this.place(event));
  }

  /** Modifiers of a coalesced event are those of the event it came with. */
  private tell(kind: 'press' | 'move' | 'release', event: PointerEvent, keys = event): void {
    const view = this.target.viewport();
    if (!view) return;
    const screen = this.place(event);
    const pointer: Pointer = {
      ...toImage(view, screen),
      screenX: screen.x,
      screenY: screen.y,
      pressure: event.pointerType === 'pen' ? event.pressure : 1,
      shift: keys.shiftKey,
      alt: keys.altKey,
      ctrl: keys.ctrlKey || keys.metaKey,
    };
    this.target.send({ kind, ...pointer });
  }

  /** Device px from the canvas's corner. */
  private place(event: MouseEvent): Point {
    const box = this.element.getBoundingClientRect();
    const ratio = this.target.pixelRatio();
    return { x: (event.clientX - box.left) * ratio, y: (event.clientY - box.top) * ratio };
  }
}
