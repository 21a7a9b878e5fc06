import { expect, onTestFinished, test } from 'vitest';
import { SharedEngine } from '../../../src-main/core/app/shared-engine.js';

test('who asks at once gets the same engine, and who comes after its death another', async () => {
  const shared = new SharedEngine();
  onTestFinished(() => shared.close());
  const pid = () => shared.use(async ({ pid: own }) => own);
  const [first, second] = await Promise.all([pid(), pid()]);
  expect(second).toBe(first);
  process.kill(first!, 'SIGKILL');
  await expect
    .poll(() => shared.use(async (engine) => engine.alive() && engine.pid !== first), { timeout: 20_000 })
    .toBe(true);
  const [third, fourth] = await Promise.all([pid(), pid()]);
  expect(fourth).toBe(third);
});
