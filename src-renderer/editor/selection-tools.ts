/** Tools that show a selection before they paint it. The selection is computed elsewhere and comes as an event. */
import { applySelection, modeOf } from './apply-selection.js';
import { wholePixels, type Box } from './raster.js';
import { isErasing, ownClass } from './tool-state.js';
import type {
  FoundSelection,
  Pointer,
  Preview,
  SelectionAsk,
  Tool,
  ToolEvent,
  ToolHost,
} from './tool-events.js';

/** Device px of dragging that make up the whole range of tolerances. */
const DRAG_FOR_ALL = 400;

/** What is about as bright as the pixel under the pointer; dragging right takes more, left less. */
export const wand: Tool = function* (press, host) {
  const { state } = host;
  const [x, y] = [Math.floor(press.x), Math.floor(press.y)];
  const askWith = (tolerance: number): SelectionAsk => ({
    kind: 'wand',
    x,
    y,
    tolerance,
    contiguous: state.contiguous,
  });
  let tolerance = state.tolerance;
  let ask = host.select(askWith(tolerance));
  let found: FoundSelection | null = null;
  let answered = -1;
  let released = false;
  while (!released || answered !== ask) {
    const event: ToolEvent = yield found && { kind: 'selection', found, tolerance };
    if (event.kind === 'selected') [found, answered] = [event.selection, event.ask];
    else if (event.kind === 'release') released = true;
    else if (event.kind === 'move' && !released) {
      const wanted = state.tolerance + (event.screenX - press.screenX) / DRAG_FOR_ALL;
      const next = Math.min(1, Math.max(0, wanted));
      if (next !== tolerance) ask = host.select(askWith((tolerance = next)));
    }
  }
  if (found) paintSelection(found, { press, host, title: 'Wand' });
};

/** Draw a box; Otsu's threshold in it is taken, the slider changes it, Enter paints. */
export const threshold: Tool = function* (press, host) {
  const { thresholdSide: side } = host.state;
  let box: Box = wholePixels({ x0: press.x, y0: press.y, x1: press.x, y1: press.y });
  for (;;) {
    const event: ToolEvent = yield { kind: 'rectangle', box, erasing: isErasing(host.state, press.alt) };
    if (event.kind === 'move' || event.kind === 'release')
      box = wholePixels({ x0: press.x, y0: press.y, x1: event.x, y1: event.y });
    if (event.kind === 'release') break;
  }
  let ask = host.select({ kind: 'threshold', box, threshold: 'otsu', side });
  let found: FoundSelection | null = null;
  let answered = -1;
  let confirmed = false;
  while (!confirmed || answered !== ask) {
    const shown: Preview = found
      ? { kind: 'selection', found, tolerance: null }
      : { kind: 'rectangle', box, erasing: isErasing(host.state, press.alt) };
    const event: ToolEvent = yield shown;
    if (event.kind === 'selected') [found, answered] = [event.selection, event.ask];
    else if (event.kind === 'adjust')
      ask = host.select({ kind: 'threshold', box, threshold: event.threshold, side });
    else if (event.kind === 'confirm') confirmed = true;
  }
  if (found) paintSelection(found, { press, host, title: 'Threshold' });
};

/** Alt takes away from the class, Shift with Alt keeps of it what was selected, else it is added. */
function paintSelection(
  { rect, selection }: FoundSelection,
  { press, host, title }: { press: Pointer; host: ToolHost; title: string },
): void {
  const { editor, state } = host;
  const erasing = isErasing(state, false);
  const labels = applySelection(editor.tiles.read(rect), selection, {
    value: erasing && !press.alt ? 0 : ownClass(state),
    mode: modeOf(press),
    protect: state.protect,
    protectedFor: ownClass(state),
  });
  editor.begin(title);
  editor.write(rect, labels);
  host.commit();
}
