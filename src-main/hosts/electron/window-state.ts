/** Where the window was when it was last closed, in a small file of the user's settings folder. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { app, screen, type BrowserWindow, type Rectangle } from 'electron';

interface WindowState {
  bounds: Rectangle | null;
  maximized: boolean;
}

export const SMALLEST = { width: 640, height: 480 };
const USUAL = { width: 1440, height: 900 };
/** Of a remembered window, as much must lie on a screen that it can be seen and moved. */
const VISIBLE_PX = 100;

const file = () => join(app.getPath('userData'), 'window.json');

/** Options for a new window: as the last one was, if that can still be seen. */
export function rememberedWindow(): { options: Partial<Rectangle>; maximized: boolean } {
  const { bounds, maximized } = read();
  const area = screen.getPrimaryDisplay().workAreaSize;
  const usual = { width: Math.min(USUAL.width, area.width), height: Math.min(USUAL.height, area.height) };
  return { options: bounds && isVisible(bounds) ? bounds : usual, maximized };
}

export function rememberWindow(window: BrowserWindow): void {
  const state: WindowState = { bounds: window.getNormalBounds(), maximized: window.isMaximized() };
  try {
    mkdirSync(dirname(file()), { recursive: true });
    const draft = `${file()}.${process.pid}`;
    writeFileSync(draft, JSON.stringify(state));
    renameSync(draft, file());
  } catch {
    // A window that opens in its usual place next time is not worth a message.
  }
}

function read(): WindowState {
  try {
    const { bounds, maximized } = JSON.parse(readFileSync(file(), 'utf8')) as Partial<WindowState>;
    return { bounds: isRectangle(bounds) ? bounds : null, maximized: maximized === true };
  } catch {
    return { bounds: null, maximized: false };
  }
}

const isRectangle = (value: Partial<Rectangle> | null | undefined): value is Rectangle =>
  value != null &&
  [value.x, value.y, value.width, value.height].every((number) => Number.isInteger(number)) &&
  value.width! >= SMALLEST.width &&
  value.height! >= SMALLEST.height;

function isVisible({ x, y, width, height }: Rectangle): boolean {
  return screen.getAllDisplays().some(({ workArea }) => {
    const across = Math.min(x + width, workArea.x + workArea.width) - Math.max(x, workArea.x);
    const down = Math.min(y + height, workArea.y + workArea.height) - Math.max(y, workArea.y);
    return across >= VISIBLE_PX && down >= VISIBLE_PX;
  });
}
