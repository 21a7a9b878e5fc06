/** Work that may take a while: each with its progress and a way to stop it; errors become notices. */
import type { Progress } from '../../src-main/shared/app-api.js';
import { AppError, isAppError, messageOf } from '../../src-main/shared/errors.js';
import type { Call } from '../../src-main/shared/rpc.js';
import { strings } from '../strings.js';
import type { Notice, Notices } from './notices.svelte.js';

/** Shorter work shows nothing: a card that flashes by only disturbs. */
const SHOWN_AFTER_MS = 300;

export interface Job {
  id: number;
  title: string;
  progress: Progress | null;
  stopping: boolean;
  stop: () => void;
}

export class Jobs {
  /** Those that have run for longer than a moment. */
  list = $state.raw<Job[]>([]);
  #nextId = 1;

  /** @param remedy a thing to do about an error, offered beside it */
  constructor(
    private readonly notices: Notices,
    private readonly remedy: (error: unknown) => Notice['action'] = () => null,
  ) {}

  /**
   * Runs `work` with a progress card. Resolves to undefined when it failed or was stopped, which has then been said.
   */
  async run<T>(title: string, work: (call: Call<Progress>) => Promise<T>): Promise<T | undefined> {
    const id = this.#nextId++;
    const controller = new AbortController();
    let job: Job = {
      id,
      title,
      progress: null,
      stopping: false,
      stop: () => {
        change({ stopping: true });
        controller.abort();
      },
    };
    const change = (part: Partial<Job>) => {
      job = { ...job, ...part };
      this.list = this.list.map((other) => (other.id === id ? job : other));
    };
    const timer = setTimeout(() => {
      this.list = [...this.list, job];
    }, SHOWN_AFTER_MS);
    try {
      return await work({ signal: controller.signal, onEvent: (progress) => change({ progress }) });
    } catch (error) {
      if (controller.signal.aborted || (isAppError(error) && error.code === 'stopped'))
        this.notices.say(strings.jobs.stopped(title));
      else this.notices.say(sentenceOf(error), 'problem', this.remedy(error));
      return undefined;
    } finally {
      clearTimeout(timer);
      this.list = this.list.filter((other) => other.id !== id);
    }
  }
}

/** What to show for an error: a person's own sentence, or that it is a fault of the program. */
export const sentenceOf = (error: unknown): string =>
  error instanceof AppError || isAppError(error) ? error.message : strings.errors.bug(messageOf(error));
