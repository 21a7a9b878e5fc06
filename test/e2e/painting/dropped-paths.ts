/** Files and folders dropped on the window by their paths, as the desktop does it: the browser reads them itself. */
import type { Page } from 'playwright-core';

export async function dropPaths(page: Page, paths: readonly string[]): Promise<void> {
  const box = await page.locator('#canvas').boundingBox();
  if (!box) throw new Error('There is nothing to drop on.');
  const protocol = await page.context().newCDPSession(page);
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await protocol.send('Input.dispatchDragEvent', { type, ...at, data });
  await protocol.detach();
}
