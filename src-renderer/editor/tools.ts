/**
 * Every tool as one generator: press, a loop that is the move, an end that is the release. A tool that is ended early
 * (Escape) leaves through `finally`, which puts everything back. Tools never change the class or the tool.
 */
import { brushWay, change, discUnder } from './brush-stroke.js';
import { modelBrush } from './model-brush.js';
import type { FillRule } from './polygon.js';
import { polygonSpans } from './polygon.js';
import { ellipseSpans, rectangleSpans, wholePixels, type Box } from './raster.js';
import { inkOf, isErasing, type ToolName, type ToolState } from './tool-state.js';
import type { Pointer, Preview, Tool, ToolEvent, ToolHost } from './tool-events.js';
import { threshold, wand } from './selection-tools.js';

/** Paints under the pointer; with Shift at the press a straight line from there. */
const brush: Tool = function* (press, host) {
  const erasing = isErasing(host.state, press.alt);
  const sink = host.editor.sink(inkOf(host.state, press.alt));
  yield* change(erasing ? 'Eraser' : 'Brush', { host }, () => brushWay({ press, host, erasing, sink }));
};

/** Alt and the eraser make void, as with the brush. */
const model: Tool = (press, host) => (host.state.erasing || press.alt ? brush : modelBrush)(press, host);

/** Draws around something; it is filled at the release or at Enter. */
const lasso: Tool = function* (press, host) {
  const erasing = isErasing(host.state, press.alt);
  const points = [press.x, press.y];
  for (;;) {
    const event = yield { kind: 'outline', points, closed: true, erasing };
    if (event.kind === 'move' && Math.hypot(event.x - points.at(-2)!, event.y - points.at(-1)!) >= 0.25)
      points.push(event.x, event.y);
    if (event.kind === 'release' || event.kind === 'confirm') break;
  }
  fillPolygon(points, { press, host, title: 'Lasso', rule: 'non-zero' });
};

/** A corner at every click; Enter, a double click or a click on the first corner fills it. Backspace takes one back. */
const polygon: Tool = function* (press, host) {
  const erasing = isErasing(host.state, press.alt);
  const corners: Pointer[] = [press];
  let pointer: Pointer = press;
  for (;;) {
    const points = [...corners, pointer].flatMap(({ x, y }) => [x, y]);
    const event: ToolEvent = yield { kind: 'outline', points, closed: corners.length > 1, erasing };
    if (event.kind === 'move') pointer = event;
    else if (event.kind === 'back') {
      corners.pop();
      if (corners.length === 0) return;
    } else if (event.kind === 'press') {
      pointer = event;
      if (corners.length > 2 && isNear(event, press)) break;
      if (!isNear(event, corners.at(-1)!, 1)) corners.push(event);
    } else if (event.kind === 'confirm') break;
  }
  const points = corners.flatMap(({ x, y }) => [x, y]);
  fillPolygon(points, { press, host, title: 'Polygon', rule: 'even-odd' });
};

/** From corner to corner, whole pixels; Shift: sides of equal length, Ctrl: from the centre. */
const boxTool = (kind: 'rectangle' | 'ellipse', title: string): Tool =>
  function* (press, host) {
    const erasing = isErasing(host.state, press.alt);
    let box = boxBetween(press, press);
    for (;;) {
      const event: ToolEvent = yield { kind, box, erasing };
      if (event.kind === 'move' || event.kind === 'release') box = boxBetween(press, event);
      if (event.kind === 'release' || event.kind === 'confirm') break;
    }
    paint(title, { press, host }, (sink) =>
      (kind === 'rectangle' ? rectangleSpans : ellipseSpans)(box, host.editor.tiles, sink),
    );
  };

/** What has the label under the pointer gets the class: what hangs together, or all of it. */
const fill: Tool = function* (press, host) {
  const event: ToolEvent = yield null;
  if (event.kind !== 'release') return;
  const { contiguous } = host.state;
  const ask = { kind: 'fill', x: Math.floor(press.x), y: Math.floor(press.y), contiguous } as const;
  const erasing = isErasing(host.state, press.alt);
  host.apply(ask, { title: 'Fill', mode: 'add', erasing });
};

export const TOOLS: Readonly<Record<ToolName, Tool>> = {
  brush,
  model,
  fill,
  wand,
  polygon,
  lasso,
  rectangle: boxTool('rectangle', 'Rectangle'),
  ellipse: boxTool('ellipse', 'Ellipse'),
  threshold,
};

/** What shows under a pointer that is not pressed. */
export const hoverPreview = (pointer: Pointer, state: ToolState): Preview | null =>
  state.tool === 'brush' || state.tool === 'model'
    ? {
        kind: 'brush',
        ...discUnder({ ...pointer, pressure: 1 }, state),
        erasing: state.tool === 'brush' ? isErasing(state, pointer.alt) : state.erasing || pointer.alt,
      }
    : null;

function paint(
  title: string,
  { press, host }: { press: Pointer; host: ToolHost },
  draw: (sink: (y: number, x0: number, x1: number) => void) => void,
): void {
  host.editor.begin(title);
  draw(host.editor.sink(inkOf(host.state, press.alt)));
  host.commit();
}

const fillPolygon = (
  points: readonly number[],
  { press, host, title, rule }: { press: Pointer; host: ToolHost; title: string; rule: FillRule },
): void => {
  if (points.length >= 6)
    paint(title, { press, host }, (sink) => polygonSpans(points, { rule, bounds: host.editor.tiles, sink }));
};

function boxBetween(from: Pointer, to: Pointer): Box {
  let [dx, dy] = [to.x - from.x, to.y - from.y];
  if (to.shift) {
    // Equal sides in whole pixels, both corners' own included.
    const side = Math.max(
      Math.abs(Math.floor(to.x) - Math.floor(from.x)),
      Math.abs(Math.floor(to.y) - Math.floor(from.y)),
    );
    dx = (dx < 0 ? -1 : 1) * side;
    dy = (dy < 0 ? -1 : 1) * side;
  }
  return wholePixels({
    x0: to.ctrl ? from.x - dx : from.x,
    y0: to.ctrl ? from.y - dy : from.y,
    x1: from.x + dx,
    y1: from.y + dy,
  });
}

const isNear = (a: Pointer, b: Pointer, screenPx = 8): boolean =>
  Math.hypot(a.screenX - b.screenX, a.screenY - b.screenY) <= screenPx;
