/** What all brushes have in common: the disc under the pointer, its way over the image, and a change that ends well or not at all. */
import { discSpans, sweptDiscSpans, type Disc, type SpanSink } from './raster.js';
import { MIN_RADIUS_PX, type ToolState } from './tool-state.js';
import type { Pointer, Preview, ToolEvent, ToolHost } from './tool-events.js';

export interface BrushWay {
  press: Pointer;
  host: ToolHost;
  erasing: boolean;
  sink: SpanSink;
  /** A straight line is drawn anew from its start. */
  onRestart?: () => void;
  /** Of what is no pointer. */
  onEvent?: (event: ToolEvent) => void;
}

/** Sweeps the disc from the press to the release; with Shift at the press along a straight line from there. */
export function* brushWay(way: BrushWay): Generator<Preview | null, void, ToolEvent> {
  const { press, host, erasing, sink } = way;
  const bounds = host.editor.tiles;
  const start = discUnder(press, host.state);
  let last = start;
  discSpans(start, bounds, sink);
  for (;;) {
    const event = yield { kind: 'brush', ...last, erasing };
    if (event.kind !== 'move' && event.kind !== 'release') {
      way.onEvent?.(event);
      continue;
    }
    const next = discUnder(event, host.state);
    if (press.shift) {
      host.editor.revert();
      way.onRestart?.();
      const straight = { ...next, radiusPx: start.radiusPx };
      sweptDiscSpans(start, straight, { bounds, sink });
      last = straight;
    } else if (event.kind === 'move' || next.x !== last.x || next.y !== last.y) {
      // A pen that is lifted has no pressure any more: its last disc keeps the size it had.
      const to = event.kind === 'release' ? { ...next, radiusPx: last.radiusPx } : next;
      sweptDiscSpans(last, to, { bounds, sink, painted: last });
      last = to;
    }
    if (event.kind === 'release') return;
  }
}

/** A change of the editor that is put back unless `stroke` comes to its end. */
export function* change(
  title: string,
  { host, author = 'person' }: { host: ToolHost; author?: 'person' | 'model' },
  stroke: () => Generator<Preview | null, void, ToolEvent>,
): Generator<Preview | null, void, ToolEvent> {
  host.editor.begin(title);
  let whole = false;
  try {
    yield* stroke();
    whole = true;
  } finally {
    if (whole) host.commit(author);
    else host.editor.abort();
  }
}

/** The brush's disc: sized by a pen's pressure, and put on the pixel's centre when it is too small to hold one surely. */
export function discUnder({ x, y, pressure }: Pointer, { radiusPx, pressure: sized }: ToolState): Disc {
  const radius = Math.max(MIN_RADIUS_PX, sized ? radiusPx * (0.2 + 0.8 * pressure) : radiusPx);
  return radius < Math.SQRT1_2
    ? { x: Math.floor(x) + 0.5, y: Math.floor(y) + 0.5, radiusPx: radius }
    : { x, y, radiusPx: radius };
}
