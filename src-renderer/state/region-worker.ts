/** The thread for fills, wands and morphology: one request at a time, so that the window stays free. */
import { messageOf } from '../../src-main/shared/errors.js';
import { runRegionTool, type RegionRequest, type RegionResult } from '../editor/region-tools.js';

export type RegionAnswer =
  | { kind: 'progress'; share: number }
  | { kind: 'result'; result: RegionResult }
  | { kind: 'failed'; sentence: string };

// The DOM's types know a worker's own `postMessage` only with a library that contradicts them.
const thread = globalThis as unknown as {
  onmessage: ((event: MessageEvent<RegionRequest>) => void) | null;
  postMessage(answer: RegionAnswer, transfer?: Transferable[]): void;
};

thread.onmessage = ({ data }) => {
  try {
    const result = runRegionTool(data, (share) => thread.postMessage({ kind: 'progress', share }));
    thread.postMessage({ kind: 'result', result });
  } catch (error) {
    thread.postMessage({ kind: 'failed', sentence: messageOf(error) });
  }
};
