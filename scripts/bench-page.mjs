/**
 * What the window's benchmarks run inside a page: the types of a page are not those of the rest of the scripts, so these
 * functions are not checked. Each must stand alone: it is sent as text.
 */

/** Before the page's own scripts: notes when canvases are written and which pointer is pressed. */
export function probe() {
  const state = { lastPut: 0, firstPut: 0, keyAt: 0, pointerId: 1 };
  window.probe = state;
  const put = CanvasRenderingContext2D.prototype.putImageData;
  CanvasRenderingContext2D.prototype.putImageData = function (...given) {
    put.apply(this, given);
    state.lastPut = performance.now();
    if (state.firstPut === 0) state.firstPut = state.lastPut;
  };
  const noteInput = () => {
    state.keyAt = performance.now();
    state.firstPut = 0;
  };
  window.addEventListener('keydown', noteInput, { capture: true });
  window.addEventListener(
    'pointerdown',
    (event) => {
      noteInput();
      state.pointerId = event.pointerId;
    },
    { capture: true },
  );
}

export const isQuiet = (quietMs) => performance.now() - window.probe.lastPut > quietMs;
export const hasPut = () => window.probe.firstPut > 0;
export const putTimes = () => ({
  first: window.probe.firstPut - window.probe.keyAt,
  last: window.probe.lastPut - window.probe.keyAt,
});

/**
 * One move of the pressed pointer each frame. Resolves to `frames`, ms between the starts of frames, and `events`, ms of
 * script for each event, what the interface's framework does right after it included.
 */
export function moveEachFrame({ selector, points }) {
  const element = document.querySelector(selector);
  const pointerId = window.probe?.pointerId ?? 1;
  const frames = [];
  const events = [];
  return new Promise((resolve) => {
    let before = 0;
    let next = 0;
    const step = () => {
      const now = performance.now();
      if (before > 0) frames.push(now - before);
      before = now;
      const point = points[next++];
      if (!point) return resolve({ frames, events });
      requestAnimationFrame(step);
      const started = performance.now();
      element.dispatchEvent(
        new PointerEvent('pointermove', {
          bubbles: true,
          cancelable: true,
          pointerId,
          pointerType: 'mouse',
          clientX: point.x,
          clientY: point.y,
          buttons: 1,
        }),
      );
      // Behind what the listeners have put into this queue.
      queueMicrotask(() => events.push(performance.now() - started));
    };
    requestAnimationFrame(step);
  });
}

/** From now on: when the pointer is lifted, and when the core has acknowledged the edit that this made. */
export function watchSaving() {
  const edits = () => Number(document.querySelector('[data-saved-edits]')?.dataset.savedEdits ?? 0);
  const before = edits();
  const state = { liftedAt: 0 };
  window.addEventListener('pointerup', () => (state.liftedAt = performance.now()), {
    capture: true,
    once: true,
  });
  window.savedAfterMs = new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      if (edits() === before) return;
      observer.disconnect();
      resolve(performance.now() - state.liftedAt);
    });
    observer.observe(document.body, {
      subtree: true,
      childList: true,
      attributeFilter: ['data-saved-edits'],
    });
  });
}

/** From the pointer's lifting to the core's answer that the stroke is on the disk, ms. */
export const savedAfter = () => window.savedAfterMs;

/** The times between frames for as long as `window.counting` holds, at 60 a second. */
export function countFrames() {
  window.deltas = [];
  window.counting = true;
  let before = 0;
  const tick = (now) => {
    if (before > 0) window.deltas.push(now - before);
    before = now;
    if (window.counting) requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}

export function countedFrames() {
  window.counting = false;
  return window.deltas;
}

/** A stage of Konva with a picture, and a line that follows the pointer: the way of tools with vector strokes. */
export function prepareLines({ width, height, radius }) {
  const host = document.getElementById('canvas');
  host.replaceChildren();
  const stage = new window.Konva.Stage({ container: 'canvas', width, height, listening: false });
  const picture = document.createElement('canvas');
  picture.width = width;
  picture.height = height;
  const context = picture.getContext('2d');
  for (let n = 0; n < 400; n++) {
    context.fillStyle = `rgb(${n % 256} ${n % 256} ${n % 256})`;
    context.fillRect((n % 20) * 44, Math.floor(n / 20) * 42, 44, 42);
  }
  const imageLayer = new window.Konva.Layer({ listening: false });
  imageLayer.add(new window.Konva.Image({ image: picture }));
  const lines = new window.Konva.Layer({ listening: false, opacity: 0.5 });
  stage.add(imageLayer, lines);
  const add = (points) => {
    const line = new window.Konva.Line({
      points,
      stroke: ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9'][lines.children.length % 5],
      strokeWidth: radius * 2,
      lineCap: 'round',
      lineJoin: 'round',
      perfectDrawEnabled: false,
      listening: false,
    });
    lines.add(line);
    return line;
  };
  let line = add([]);
  window.addLines = (all) => {
    for (const points of all) add(points);
    lines.batchDraw();
  };
  window.newLine = () => (line = add([]));
  host.onpointermove = (event) => {
    line.points([...line.points(), event.clientX, event.clientY]);
    lines.batchDraw();
  };
}

export const newLine = () => void window.newLine();
export const addLines = (all) => window.addLines(all);

/**
 * Watches the list of images from frame to frame: since when rows in view have been missing, or have been waiting for
 * their contents, at the longest.
 */
export function watchRows() {
  const watch = { blankMs: 0, waitingMs: 0, frames: [], running: true };
  window.watch = watch;
  let blankSince = 0;
  let waitingSince = 0;
  let before = 0;
  const look = () => {
    const now = performance.now();
    if (before > 0) watch.frames.push(now - before);
    before = now;
    const list = document.querySelector('[role="listbox"]');
    const box = list.getBoundingClientRect();
    let covered = 0;
    let waiting = false;
    for (const row of list.querySelectorAll('[role="option"]')) {
      const { top, bottom } = row.getBoundingClientRect();
      const seen = Math.min(bottom, box.bottom) - Math.max(top, box.top);
      if (seen <= 0) continue;
      covered += seen;
      waiting ||= row.querySelector('.waiting') !== null;
    }
    const blank = covered < Math.min(box.height, list.scrollHeight) - 2;
    blankSince = blank ? blankSince || before : 0;
    waitingSince = waiting || blank ? waitingSince || before : 0;
    if (blankSince > 0) watch.blankMs = Math.max(watch.blankMs, now - blankSince);
    if (waitingSince > 0) watch.waitingMs = Math.max(watch.waitingMs, now - waitingSince);
    if (watch.running) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

export function stopWatching() {
  window.watch.running = false;
  return window.watch;
}

/** Scrolls the list as a dragged thumb does: `steps` jumps, one each frame. */
export function dragThumb({ from, to, steps }) {
  const list = document.querySelector('[role="listbox"]');
  const all = list.scrollHeight - list.clientHeight;
  return new Promise((resolve) => {
    let step = 0;
    const move = () => {
      list.scrollTop = all * (from + ((to - from) * step) / steps);
      if (step++ < steps) requestAnimationFrame(move);
      else resolve();
    };
    requestAnimationFrame(move);
  });
}

/** Resolves to the time when every row in view has its contents, ms since the page was asked for. */
export function rowsThere() {
  return new Promise((resolve) => {
    const look = () => {
      const list = document.querySelector('[role="listbox"]');
      const rows = list ? [...list.querySelectorAll('[role="option"]')] : [];
      if (rows.length > 5 && !list.querySelector('.waiting')) resolve(performance.now());
      else requestAnimationFrame(look);
    };
    look();
  });
}

/** Types one more letter's worth into the search; resolves when the rows are those of the new text. */
export function search({ text, wanted }) {
  const field = document.getElementById('image-search');
  field.focus();
  const started = performance.now();
  field.value = text;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  return new Promise((resolve) => {
    const look = () => {
      const list = document.querySelector('[role="listbox"]');
      const rows = list ? [...list.querySelectorAll('[role="option"]')] : [];
      const names = rows.map((row) => row.querySelector('.name')?.textContent?.toLowerCase() ?? '');
      const there =
        wanted === 'none'
          ? rows.length === 0
          : rows.length > 0 && names.every((name) => name.includes(wanted));
      const size = rows[0]?.getAttribute('aria-setsize') ?? '0';
      if (there && size !== window.formerSize) {
        window.formerSize = size;
        resolve({ ms: performance.now() - started, found: Number(size) });
      } else if (performance.now() - started > 5000) resolve({ ms: NaN, found: -1 });
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
}
