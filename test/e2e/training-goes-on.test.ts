/** A training that outlives its window, is found again, paused, gone on with and stopped, in both hosts. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { librariesFolder } from '../../scripts/setup/tensorflow-libraries.mjs';
import { HOSTS, type HostWindow } from './painting/host-windows.js';

/** Two cores that others use too. */
const PATIENT = { timeout: 90_000 };

for (const host of HOSTS)
  host.describe(`a training that goes on in ${host.name}`, () => {
    let window: HostWindow;
    let page: Page;
    beforeAll(async () => {
      window = await host.open({ mustRead: [librariesFolder('cpu')] });
      page = window.page;
      page.setDefaultTimeout(20_000);
    });
    afterAll(async () => window?.close());

    const phase = (name: string) => page.locator(`[data-phase="${name}"]`).waitFor(PATIENT);
    const button = (name: string) => page.getByRole('button', { name, exact: true });
    const facts = () => page.getByText(/^Step \d.* a step/);
    const stepShown = async () =>
      Number(/^Step ([\d,]+)/.exec((await facts().textContent(PATIENT)) ?? '')![1]!.replaceAll(',', ''));

    test('time a step, time left, memory and device are told', async () => {
      await page.getByRole('button', { name: 'Open the sample project' }).first().click();
      await page.getByRole('tab', { name: 'Train' }).click();
      await page.getByText('Advanced', { exact: true }).click();
      for (const [name, value] of [
        ['Crop size, px', '32'],
        ['Steps', '50000'],
        ['Steps per epoch', '20'],
      ] as const)
        await page.getByLabel(name, { exact: true }).fill(value);
      await page.getByText('50,000 steps').waitFor();
      await button('Train').click();
      await phase('running');
      await page
        .getByText(/^Step [\d,]+ of 50,000 · .+ left · [\d.]+ ms a step · [\d.]+ [MG]B · CPU/)
        .waitFor(PATIENT);
    });

    test('values stand under the pointer, also on a logarithmic scale', async () => {
      const chart = page.getByRole('img', { name: 'Loss: Curves' });
      for (const scale of ['linear', 'logarithmic']) {
        await page.getByLabel('Log scale').setChecked(scale === 'logarithmic');
        await chart.hover();
        await page
          .locator('.frame')
          .getByText(/^Step [\d,]+$/)
          .waitFor();
      }
    });

    test('a window that comes back finds it, with its whole curve', async () => {
      const before = await stepShown();
      await page.reload();
      await page.getByRole('tab', { name: 'Train' }).click(PATIENT);
      await phase('running');
      expect(await stepShown()).toBeGreaterThanOrEqual(before);
      const points = await page.getByRole('img', { name: 'Loss: Curves' }).getAttribute('data-points');
      expect(Number(points!.split(' ')[0])).toBeGreaterThanOrEqual(before);
    });

    test('it is paused, goes on from there, and ends when it is stopped', async () => {
      await button('Pause').click();
      await phase('paused');
      const paused = await stepShown();
      await button('Resume').click();
      await phase('running');
      await expect.poll(stepShown, PATIENT).toBeGreaterThan(paused);
      await button('Stop and keep best').click();
      await phase('ended');
      await page.getByText(/^Stopped after .* on held-out images\.$/).waitFor();
      await button('Train 4 minutes more').waitFor();
    });
  });
