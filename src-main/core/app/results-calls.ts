/** Calls that measure objects and look at the table of them. */
import { join, resolve } from 'node:path';
import type { ResultsApi } from '../../shared/app-api-results.js';
import { AppError } from '../../shared/errors.js';
import type { Session } from './session.js';

export function resultsCalls(session: Session): ResultsApi {
  const { results } = session;
  return {
    measureResults: ({ source }, call) => results.measure(session.requireProject(), source, call),
    resultsPage: async (params) => results.ask({ kind: 'page', ...params }),
    resultsChart: async (params) => results.ask({ kind: 'chart', ...params }),
    resultPlace: async (params) => results.placeOf(session.requireProject(), params),
    async exportResults({ name, folder, ...params }) {
      if (/[\\/]/.test(name)) throw new AppError('usage', 'The name of a file has no / or \\.');
      const path = join(resolve(folder), /\.csv$/i.test(name) ? name : `${name}.csv`);
      return results.ask({ kind: 'export', ...params, path });
    },
  };
}
