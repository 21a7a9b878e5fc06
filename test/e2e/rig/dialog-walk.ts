/** A walk through the open dialog with Tab, as people do who have no mouse. */
import type { Page } from 'playwright-core';

interface Place {
  /** Of the controls in the dialog, in the order of the page; -1: something else of it, null: outside. */
  control: number | null;
  /** Nothing at all has the focus: the browser's own frame has, between the last control and the first. */
  nothing: boolean;
  /** A line around it shows where the focus is. */
  seen: boolean;
  name: string;
}

const CONTROLS = `(dialog) => {
  const radios = new Set();
  return [...dialog.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')].filter((element) => {
    if (element.disabled || element.tabIndex < 0 || !element.checkVisibility({ visibilityProperty: true })) return false;
    if (element.type !== 'radio' || !element.name) return true;
    // Of radio buttons that belong together Tab finds one; arrows change between them.
    const first = !radios.has(element.name);
    radios.add(element.name);
    return first;
  });
}`;

const PLACE = `(() => {
  const dialog = [...document.querySelectorAll('dialog')].at(-1);
  const at = document.activeElement;
  if (!at || at === document.body) return { control: null, nothing: true, seen: false, name: '' };
  const controls = (${CONTROLS})(dialog);
  let control = dialog.contains(at) ? controls.indexOf(at) : null;
  if (control === -1 && at.type === 'radio') control = controls.findIndex(({ name }) => name === at.name);
  // What is hidden behind a picture of it shows its focus there.
  const lined = [at, at.nextElementSibling, at.parentElement].some((element) => {
    if (!element) return false;
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    return outlineStyle !== 'none' && parseFloat(outlineWidth) > 0;
  });
  return { control, nothing: false, seen: lined, name: at.getAttribute('aria-label') || at.id || at.textContent.trim() };
})()`;

const placeOf = (page: Page): Promise<Place> => page.evaluate(PLACE);

/**
 * Presses Tab, then Shift+Tab, until every control had the focus.
 * @returns what is wrong: controls that were not reached, focus outside of the dialog, or not to be seen
 */
export async function walkDialog(page: Page): Promise<string[]> {
  const total: number = await page.evaluate(
    `(${CONTROLS})([...document.querySelectorAll('dialog')].at(-1)).length`,
  );
  const problems = new Set<string>();
  for (const key of ['Tab', 'Shift+Tab']) {
    const reached = new Set<number>();
    for (let n = 0; n < total + 2; n++) {
      await page.keyboard.press(key);
      const { control, nothing, seen, name } = await placeOf(page);
      if (nothing) continue;
      if (control === null) problems.add(`${key} leads out of the dialog, to "${name}"`);
      else if (!seen) problems.add(`${key}: the focus on "${name}" is not seen`);
      if (control !== null && control >= 0) reached.add(control);
    }
    if (reached.size < total) problems.add(`${key} reaches ${reached.size} of ${total} controls`);
  }
  return [...problems];
}
