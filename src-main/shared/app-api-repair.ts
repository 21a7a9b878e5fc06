/** What a window may ask about a project as a whole: whether it is sound, and to mend it. */
import type { Progress } from './app-api.js';
import type { Call } from './rpc.js';

/** What was found in a project's file, and what was done about it; sentences, 500 of a kind at most. */
export interface ProjectHealth {
  folder: string;
  name: string;
  /** Nothing is wrong, or nothing any more. */
  ok: boolean;
  problems: string[];
  /** How many there are. */
  found: number;
  mended: string[];
  /** What could not be mended. */
  left: string[];
  /** Path of the file as it was before it was mended; null when nothing was. */
  kept: string | null;
  /** Null when the file could not even be opened. */
  checked: { images: number; tiles: number; edits: number; runs: number } | null;
  /** Local time `2026-11-22 14:03:55`; null without a backup. */
  newestBackup: string | null;
}

type Answer<Params, Result> = (params: Params, call?: Call<Progress>) => Promise<Result>;

export interface RepairApi {
  /**
   * Closes the project where this session has it open, and reads all of it; nothing is changed. `done` of the progress
   * is a share. @throws AppError('exists') when another window has it open, 'bad-project' for a newer one.
   */
  examineProject: Answer<{ folder: string }, ProjectHealth>;
  /** Mends what can be mended; the file is kept as it was. On abort it is as it was, or mended in part and whole. */
  repairProject: Answer<{ folder: string }, ProjectHealth>;
}
