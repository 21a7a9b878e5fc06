/** How a batch cleans its results up, as the form says it, and what that does to the open image. */
import type { BatchApi, CleanUpPreview } from '../../src-main/shared/app-api-batch.js';
import {
  LARGEST_AREA_PX,
  LARGEST_SMOOTHING_PX,
  normalisedCleanUp,
  type CleanUp,
} from '../../src-main/shared/clean-up.js';
import { isAppError } from '../../src-main/shared/errors.js';
import { sentenceOf } from './jobs.svelte.js';

/** A person types a number of several digits, or clicks through several boxes. */
const LOOKS_AFTER_MS = 250;

export class Cleaning {
  fillHoles = $state(false);
  split = $state(false);
  wholeOnly = $state(false);
  /** Px; nothing in an empty field. */
  smooth: number | null | undefined = $state(null);
  minArea: number | null | undefined = $state(null);
  /** As typed. */
  region = $state('');
  preview: CleanUpPreview | null = $state.raw(null);
  working = $state(false);
  problem: string | null = $state.raw(null);
  /** Null for what is no region; undefined for none. */
  readonly area = $derived(regionOf(this.region));
  /** What is done; null: nothing. */
  readonly steps: CleanUp | null = $derived(
    normalisedCleanUp({
      ...(this.area && { region: this.area }),
      ...(typeof this.smooth === 'number' && { smooth: limited(this.smooth, 1, LARGEST_SMOOTHING_PX) }),
      ...(typeof this.minArea === 'number' && {
        minArea: limited(Math.round(this.minArea), 0, LARGEST_AREA_PX),
      }),
      ...{ fillHoles: this.fillHoles, split: this.split, wholeOnly: this.wholeOnly },
    }),
  );
  #remembered = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #controller: AbortController | null = null;

  constructor(private readonly place: { api: () => Pick<BatchApi, 'previewCleanUp'> }) {}

  /** What the last batch did is offered again, once. */
  remember(steps: CleanUp | undefined): void {
    if (this.#remembered || !steps) return;
    this.#remembered = true;
    this.fillHoles = steps.fillHoles ?? false;
    this.split = steps.split ?? false;
    this.wholeOnly = steps.wholeOnly ?? false;
    this.smooth = steps.smooth ?? null;
    this.minArea = steps.minArea ?? null;
    const { region } = steps;
    this.region = region ? [region.x, region.y, region.width, region.height].join(', ') : '';
  }

  /** Looks at an image with what is chosen now, soon; a later call replaces an earlier one. */
  look(of: { imageId: number; run: number }, steps: CleanUp | null): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look({ ...of, cleanUp: steps ?? {} }), LOOKS_AFTER_MS);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#controller?.abort();
    this.#controller = null;
    this.working = false;
    this.preview = null;
    this.problem = null;
  }

  async #look(wanted: Parameters<BatchApi['previewCleanUp']>[0]): Promise<void> {
    this.#controller?.abort();
    const controller = new AbortController();
    this.#controller = controller;
    this.working = true;
    try {
      const preview = await this.place.api().previewCleanUp(wanted, { signal: controller.signal });
      if (controller.signal.aborted) return;
      this.preview = preview;
      this.problem = null;
    } catch (error) {
      if (controller.signal.aborted || (isAppError(error) && error.code === 'stopped')) return;
      this.preview = null;
      this.problem = sentenceOf(error);
    } finally {
      if (this.#controller === controller) this.working = false;
    }
  }
}

const limited = (value: number, least: number, most: number): number =>
  Math.max(least, Math.min(most, value));

/** Undefined for an empty text, null for one that is no region. */
export function regionOf(text: string): CleanUp['region'] | null {
  if (text.trim() === '') return undefined;
  const numbers = text
    .split(/[\s,;×x]+/)
    .filter(Boolean)
    .map(Number);
  const [x, y, width, height] = numbers;
  if (numbers.length !== 4 || !numbers.every((value) => Number.isInteger(value) && value >= 0)) return null;
  return width! > 0 && height! > 0 ? { x: x!, y: y!, width: width!, height: height! } : null;
}
