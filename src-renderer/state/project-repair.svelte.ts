/** One project that is examined and, when a person asks for it, mended: what the dialog shows at every step. */
import type { AppApi, Progress } from '../../src-main/shared/app-api.js';
import type { ProjectHealth } from '../../src-main/shared/app-api-repair.js';
import { isAppError } from '../../src-main/shared/errors.js';
import { sentenceOf } from './jobs.svelte.js';

export type RepairPhase = 'examining' | 'examined' | 'mending' | 'mended';

export class ProjectRepair {
  phase = $state<RepairPhase>('examining');
  /** What was found, and after mending what was done. */
  health = $state.raw<ProjectHealth | null>(null);
  progress = $state.raw<Progress | null>(null);
  /** Why it could not be examined or mended. */
  problem = $state<string | null>(null);
  #running: AbortController | null = null;

  constructor(
    private readonly api: AppApi,
    readonly folder: string,
  ) {}

  get busy(): boolean {
    return this.phase === 'examining' || this.phase === 'mending';
  }

  examine(): Promise<void> {
    return this.#run('examining', 'examined', (call) =>
      this.api.examineProject({ folder: this.folder }, call),
    );
  }

  mend(): Promise<void> {
    return this.#run('mending', 'mended', (call) => this.api.repairProject({ folder: this.folder }, call));
  }

  /** Gives up what is under way: what was found until then stays on the screen. */
  stop(): void {
    this.#running?.abort();
  }

  async #run(
    during: RepairPhase,
    after: RepairPhase,
    work: (call: object) => Promise<ProjectHealth>,
  ): Promise<void> {
    if (this.#running) return;
    const running = (this.#running = new AbortController());
    this.phase = during;
    this.problem = this.progress = null;
    try {
      const onEvent = (progress: Progress) => (this.progress = progress);
      this.health = await work({ signal: running.signal, onEvent });
      this.phase = after;
    } catch (error) {
      this.phase = 'examined';
      this.problem = isAppError(error) || !running.signal.aborted ? sentenceOf(error) : null;
    } finally {
      this.#running = null;
    }
  }
}
