import { join } from 'node:path';
import { expect, test } from 'vitest';
import { previewUrl, thumbnailUrl } from '../../../src-main/shared/app-urls.js';
import { writePng } from '../temporary-project.js';
import { temporaryApp } from './windows.js';

const KNOWN = [200, 404, 499];

test('thumbnails that are wanted while their window closes are dropped, not failures', async () => {
  const app = temporaryApp();
  const { api } = app.openWindow();
  const { session } = await api.createProject({ folder: join(app.folder, 'p'), classes: ['a'] });
  for (let n = 0; n < 12; n++)
    writePng(join(app.folder, 'images', `${n}.png`), (x, y) => (x * y + n) % 256, {
      width: 700,
      height: 500,
    });
  const { ids } = await api.addImages({ paths: [join(app.folder, 'images')] });
  const rows = await api.imageRows({ ids });
  const answers = rows.map((row) => app.service.pixels(thumbnailUrl(session, row, true)));
  await answers[0];
  await api.closeProject({});
  for (const answer of await Promise.all(answers)) expect(KNOWN).toContain(answer.status);
});

test('a training that has predicted nothing yet has no picture, which is no failure', async () => {
  const app = temporaryApp();
  const { api } = app.openWindow();
  const { session } = await api.createProject({ folder: join(app.folder, 'p'), classes: ['a'] });
  const answer = await app.service.pixels(previewUrl(session, 1, 1));
  expect(answer.status).toBe(204);
  expect(answer.bytes).toHaveLength(0);
});
