/** Calls that bring labels in from files and write them out for other programs. */
import type { AppApi } from '../../shared/app-api.js';
import { exportLabels } from '../exports.js';
import { importLabelFiles, previewLabelFiles } from '../label-import.js';
import type { Session } from './session.js';

type LabelFileCalls = Pick<AppApi, 'previewLabelImport' | 'importLabels' | 'exportLabels'>;

export function labelFileCalls(session: Session): LabelFileCalls {
  const { pool } = session.services;
  return {
    previewLabelImport: ({ paths }, call) =>
      previewLabelFiles(session.requireProject().project, pool, paths, call),
    async importLabels(options, call) {
      const open = session.requireWritable();
      const { files, imageIds } = await importLabelFiles(open.project, pool, options, call);
      if (imageIds.length) session.changed({ images: imageIds, labels: imageIds }, { self: true });
      return { files, state: open.state() };
    },
    exportLabels: (options, call) => exportLabels(session.requireProject().project, options, call),
  };
}
