/** The application menu: the window's own commands, and what only the desktop can do. */
import { app, Menu, type BrowserWindow, type MenuItemConstructorOptions } from 'electron';
import type { MenuCommand, MenuSection } from '../../shared/host-api.js';
import { AppError } from '../../shared/errors.js';

const MAC = process.platform === 'darwin';
const MAX_SECTIONS = 20;
const MAX_ITEMS = 200;
const MAX_TEXT = 200;
const ACCELERATOR =
  /^((Ctrl|Cmd|Alt|Shift|Meta)\+)*([A-Z0-9]|F\d{1,2}|[[\].,=-]|Plus|Space|Tab|Enter|Escape|Delete|Backspace|Home|End|PageUp|PageDown|Up|Down|Left|Right)$/;

/** What there is before the page has sent its commands, so that a page that fails to load can be left. */
export const FIRST_MENU: readonly MenuSection[] = [];

/** What a window's menu was made of, but for what may be chosen at the moment. */
const shown = new WeakMap<BrowserWindow, { menu: Menu; shape: string }>();

/**
 * A menu whose commands are the same only has them enabled or not: making it anew at every stroke would close it
 * under the pointer, and is work for the whole desktop.
 * @throws AppError('usage') when the sections are not as `HostApi.setMenu` wants them.
 */
export function showMenu(
  window: BrowserWindow,
  sections: readonly MenuSection[],
  run: (id: string) => void,
): void {
  const wanted = checked(sections);
  const shape = JSON.stringify(wanted, (key, value: unknown) =>
    key === 'enabled' || key === 'checked' ? undefined : value,
  );
  const known = shown.get(window);
  if (known?.shape === shape) return update(known.menu, wanted);
  const menu = Menu.buildFromTemplate(menuTemplate(wanted, run));
  shown.set(window, { menu, shape });
  if (MAC) Menu.setApplicationMenu(menu);
  else window.setMenu(menu);
}

function update(menu: Menu, sections: readonly MenuSection[]): void {
  for (const item of sections.flatMap(({ items }) => items)) {
    const held = item === 'separator' ? null : menu.getMenuItemById(item.id);
    if (!held || item === 'separator') continue;
    const { enabled = true, checked: ticked = false } = item;
    if (held.enabled !== enabled) held.enabled = enabled;
    if (held.type === 'checkbox' && held.checked !== ticked) held.checked = ticked;
  }
}

export function menuTemplate(
  sections: readonly MenuSection[],
  run: (id: string) => void,
): MenuItemConstructorOptions[] {
  const own = sections.map(({ title, items }): MenuItemConstructorOptions => ({
    label: title,
    submenu: items.map((item) => (item === 'separator' ? { type: 'separator' } : entry(item, run))),
  }));
  if (MAC) return [{ role: 'appMenu' }, ...own, { role: 'windowMenu' }];
  const quit: MenuItemConstructorOptions = { role: 'quit', label: 'Quit' };
  const [first, ...rest] = own;
  if (!first) return [{ label: 'File', submenu: [quit] }];
  const submenu = first.submenu as MenuItemConstructorOptions[];
  return [{ ...first, submenu: [...submenu, { type: 'separator' }, quit] }, ...rest];
}

function entry(
  { id, title, keys, enabled = true, checked: ticked }: MenuCommand,
  run: (id: string) => void,
): MenuItemConstructorOptions {
  const accelerator = keys === undefined ? null : acceleratorOf(keys);
  return {
    id,
    // An ampersand would underline the letter behind it.
    label: title.replaceAll('&', '&&'),
    enabled,
    ...(ticked !== undefined && { type: 'checkbox', checked: ticked }),
    // Shown only: the page acts on its keys, which are dead while somebody types into a field.
    ...(accelerator && { accelerator, registerAccelerator: false }),
    click: () => run(id),
  };
}

function acceleratorOf(keys: string): string | null {
  const spelled = keys.replace(/\+\+$/, '+Plus').replace(/^\+$/, 'Plus');
  if (!ACCELERATOR.test(spelled)) return null;
  // macOS registers every accelerator; a bare letter would be taken from every text field.
  return MAC && !/Ctrl|Cmd|Meta/.test(spelled) ? null : spelled;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= MAX_TEXT;

function checked(sections: unknown): readonly MenuSection[] {
  const isItem = (item: unknown): boolean =>
    item === 'separator' ||
    (typeof item === 'object' &&
      item !== null &&
      isText((item as MenuCommand).id) &&
      isText((item as MenuCommand).title) &&
      ((item as MenuCommand).keys === undefined || isText((item as MenuCommand).keys)));
  const isSection = (section: unknown): boolean => {
    const { title, items } = (section ?? {}) as Partial<MenuSection>;
    return isText(title) && Array.isArray(items) && items.length <= MAX_ITEMS && items.every(isItem);
  };
  if (!Array.isArray(sections) || sections.length > MAX_SECTIONS || !sections.every(isSection))
    throw new AppError('usage', `${app.name} was sent a menu that it cannot show.`);
  return sections as MenuSection[];
}
