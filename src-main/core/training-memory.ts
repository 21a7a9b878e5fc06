/** What to do when a training does not fit into memory: less at a time, then smaller crops. */
import { readFileSync } from 'node:fs';
import { isAppError, messageOf } from '../shared/errors.js';
import type { Settings } from '../shared/settings.js';

/** Below this side a network sees too little around a pixel. */
const SMALLEST_SIZE = 64;

/**
 * Settings that need about half the memory: half the crops a step, and when it is one crop, crops of half the area
 * (sides stay multiples of 32). Null when nothing is left to give.
 */
export function smaller(settings: Settings): { settings: Settings; sentence: string } | null {
  const { batch, size } = settings;
  if (batch > 1) {
    const fewer = Math.floor(batch / 2);
    return {
      settings: { ...settings, batch: fewer },
      sentence: `There is not enough memory for ${batch} crops of ${size} × ${size} px at a time, so it goes on with ${fewer}.`,
    };
  }
  const side = Math.max(SMALLEST_SIZE, Math.floor((size * Math.SQRT1_2) / 32) * 32);
  if (side >= size) return null;
  return {
    settings: { ...settings, size: side },
    sentence: `There is not enough memory for a crop of ${size} × ${size} px, so it goes on with ${side} × ${side} px.`,
  };
}

/** As TensorFlow, oneDNN (its status 1), C++ and V8 say it. */
const NO_MEMORY =
  /\bOOM\b|out of memory|resource.?exhausted|bad_alloc|cannot allocate memory|array buffer allocation failed|Status: 1, message: could not create/i;

/** The first line of what a process printed that says that it wanted more memory than there is. */
export const memoryComplaint = (printed: string): string | null =>
  printed.split('\n').find((line) => NO_MEMORY.test(line)) ?? null;

const CRASHED = /by signal SIG(SEGV|ABRT|BUS|TRAP)/;

/**
 * Whether this process, and so its engine, may only allocate so much, as clusters say by `ulimit -v`: libraries that do
 * not check what they are given then crash in many ways, and threads cannot be started.
 */
function memoryIsLimited(): boolean {
  try {
    return /^Max (address space|data size) +\d/m.test(readFileSync('/proc/self/limits', 'utf8'));
  } catch {
    return false;
  }
}

/** @param killsBefore what `memoryKills` said before the training began. */
export function ranOutOfMemory(error: unknown, killsBefore: number | null): boolean {
  // Ours are sentences for people; they name memory only where a kill by the system is one explanation of several.
  if (!isAppError(error)) {
    const message = messageOf(error);
    return NO_MEMORY.test(message) || (/\bEAGAIN\b/.test(message) && memoryIsLimited());
  }
  if (error.cause instanceof Error && NO_MEMORY.test(error.cause.message)) return true;
  if (CRASHED.test(error.message) && memoryIsLimited()) return true;
  return /SIGKILL/.test(error.message) && killsBefore !== null && (memoryKills() ?? 0) > killsBefore;
}

/** How many processes Linux has killed so far because memory ran out; null where the system does not say. */
export function memoryKills(): number | null {
  try {
    const kills = /^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'utf8'));
    return kills ? Number(kills[1]) : null;
  } catch {
    return null;
  }
}
