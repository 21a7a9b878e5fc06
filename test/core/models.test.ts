import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { locateModel, resolveModel } from '../../src-main/core/models.js';
import { createRun, updateRun } from '../../src-main/store/runs.js';
import { temporaryProject } from './temporary-project.js';

/** A project with two runs, of which the first has the better score; only `model.json` stands in their folders. */
function projectWithRuns() {
  const { project, folder } = temporaryProject(['a', 'b']);
  const runs = [0.8, 0.6].map((bestScore) => {
    const run = createRun(project.store, { network: 'unet-quick', settings: {}, now: new Date(0) });
    mkdirSync(join(project.folder, run.folder), { recursive: true });
    writeFileSync(join(project.folder, run.folder, 'model.json'), '{"version":1,"classes":[]}');
    return updateRun(project.store, run.id, { state: 'finished', bestScore });
  });
  return { project, folder, first: runs[0]!, second: runs[1]! };
}

it('a project means its best run, and PROJECT:RUN the one that is named', () => {
  const { project, first, second } = projectWithRuns();
  expect(locateModel(project.folder)).toMatchObject({ run: first.name, project: project.folder });
  expect(locateModel(`${project.folder}:${second.name}`).run).toBe(second.name);
});

it("a run's folder is found to lie in its project", () => {
  const { project, second } = projectWithRuns();
  const folder = join(project.folder, second.folder);
  expect(locateModel(folder)).toEqual({ run: second.name, folder, project: project.folder });
});

it('what is no model is told apart', async () => {
  const { project, folder } = projectWithRuns();
  expect(() => locateModel(join(folder, 'gone'))).toThrow(/no project or model/);
  expect(() => locateModel(`${project.folder}:gone`)).toThrow(/no run "gone"/);
  expect(() => locateModel(folder)).toThrow(/neither a project nor/);
  await expect(resolveModel(project.folder)).rejects.toThrow(/no trained weights/);
});
