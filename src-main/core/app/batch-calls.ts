/** Calls that segment whole folders with a model of the project. */
import { resolve } from 'node:path';
import type { BatchApi } from '../../shared/app-api-batch.js';
import { batchById, batchFiles } from '../../store/batches.js';
import { listInputFiles } from '../input-files.js';
import { cleanUpPreview } from './clean-up-preview.js';
import type { Session } from './session.js';

export function batchCalls(session: Session): BatchApi {
  const { batches, predictions } = session.services;
  return {
    async countBatchFiles({ input, output, recursive, watch: mayBeEmpty = false }) {
      session.requireProject();
      const files = await listInputFiles(resolve(input), {
        ...{ recursive, mayBeEmpty },
        output: resolve(output),
      });
      return { files: files.length };
    },
    previewCleanUp: async (wanted, call) =>
      cleanUpPreview(predictions, session.requireProject(), wanted, call?.signal),
    startBatch: async (given) => batches.start(session.requireWritable(), given),
    resumeBatch: async ({ batch }) => batches.resume(session.requireWritable(), batch),
    pauseBatch: async ({ batch }) => batches.end(session.requireWritable(), batch, 'paused'),
    stopBatch: async ({ batch }) => batches.end(session.requireWritable(), batch, 'stopped'),
    batches: async () => batches.list(session.requireProject()),
    async batchFiles({ batch, ...wanted }) {
      const { store } = session.requireProject().project;
      batchById(store, batch);
      return batchFiles(store, batch, wanted);
    },
    forgetBatch: async ({ batch }) => batches.forget(session.requireWritable(), batch),
  };
}
