/** What a person chose for the next training, and what the core says would happen: asked again as labels change. */
import type {
  SettingValue,
  TrainingApi,
  TrainingChoice,
  TrainingGoal,
  TrainingPlan,
} from '../../src-main/shared/app-api-training.js';
import { LOSSES, type LossName } from '../../src-main/shared/settings-recipes.js';
import type { SettingName } from '../../src-main/shared/settings.js';
import { sentenceOf } from './jobs.svelte.js';
import { withSetting } from './training-settings.js';

/** Strokes come one after the other; the plan is read when they pause. */
const ASKED_AFTER_MS = 500;

export class TrainingPlanner {
  goal: TrainingGoal = $state('balanced');
  structure: TrainingChoice['structure'] = $state('auto');
  /** Label values that are left out. */
  without: ReadonlySet<number> = $state.raw(new Set<number>());
  settings: Readonly<Record<string, SettingValue>> = $state.raw({});
  weights = $state('none');
  plan: TrainingPlan | null = $state.raw(null);
  /** All settings by name as the last plan had them: they stay while a wrong choice leaves no plan. */
  suggested: Readonly<Record<string, SettingValue>> | null = $state.raw(null);
  /** Why there is no plan. */
  problem: string | null = $state.raw(null);
  /** Whether what is chosen has changed since the plan was made. */
  outdated = $state(true);
  /** While the person adjusts the size of the structures. */
  showsStructure = $state(false);
  #watched = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #turn = 0;

  constructor(
    private readonly place: {
      api: () => Pick<TrainingApi, 'planTraining'>;
      /** All label values there are. */
      classes: () => readonly number[];
    },
  ) {}

  /** As the core takes it. @param from The run to start from, or null. */
  choice(from: number | null = null): TrainingChoice {
    const all = this.place.classes();
    const kept = all.filter((value) => !this.without.has(value));
    return {
      goal: this.goal,
      structure: this.structure,
      classes: kept.length === all.length || kept.length === 0 ? null : kept,
      settings: { ...this.settings },
      weights: from === null ? this.weights : 'none',
      from,
    };
  }

  /** Diameter of the structures in force, px; null while nothing is known. */
  get structurePx(): number | null {
    return this.structure === 'auto' ? (this.plan?.structurePx ?? null) : this.structure;
  }

  /** Plans are made only while somebody reads them. Returns a function that ends it. */
  watch(): () => void {
    this.#watched = true;
    this.ask(0);
    return () => {
      this.#watched = false;
      clearTimeout(this.#timer);
    };
  }

  change(values: Partial<Pick<TrainingPlanner, 'goal' | 'structure' | 'without' | 'weights'>>): void {
    Object.assign(this, values);
    this.ask();
  }

  /** @throws AppError('usage') for a value that is none of the setting's; nothing has changed then. */
  set(name: SettingName, value: SettingValue | null): void {
    this.settings = withSetting(this.settings, name, value);
    this.ask();
  }

  /** What a loss with a name stands for. */
  setLoss(name: LossName): void {
    this.settings = { ...this.settings, ...LOSSES[name] };
    this.ask();
  }

  resetSettings(): void {
    this.settings = {};
    this.ask();
  }

  /** Labels, images or what is chosen may have changed. */
  ask(afterMs = ASKED_AFTER_MS): void {
    this.outdated = true;
    if (!this.#watched) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#plan(), afterMs);
  }

  /** The plan of what is chosen and labelled now; null when there is none. */
  async now(): Promise<TrainingPlan | null> {
    clearTimeout(this.#timer);
    await this.#plan();
    return this.plan;
  }

  async #plan(): Promise<void> {
    const turn = ++this.#turn;
    try {
      const plan = await this.place.api().planTraining({ choice: this.choice() });
      if (turn !== this.#turn) return;
      this.plan = plan;
      this.suggested = plan.settings;
      this.problem = null;
    } catch (error) {
      if (turn !== this.#turn) return;
      this.plan = null;
      this.problem = sentenceOf(error);
    }
    this.outdated = false;
  }
}
