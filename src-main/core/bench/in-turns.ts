/** Measures programs in turns, each in a process of its own, so that a busy machine slows all of them alike. */
import { AppError } from '../../shared/errors.js';
import type { LineServer } from './line-server.js';
import { pairedRatio, type PairedRatio } from './paired.js';

/** What a program answers when it has done its task a number of times. */
export interface TimedReply {
  /** Of each time. */
  ms: number[];
  peakMb: number;
  /** 10⁹ operations of the task, from programs that count them. */
  gigaflops?: number;
  /** 10⁹ operations a second of the fastest product of matrices, from programs that measure it. */
  peakGigaflops?: number;
}

export interface ProgramFigures {
  /** From the start of the process to the end of its first time, s. */
  firstS: number;
  /** Median and least of all rounds. */
  ms: number;
  leastMs: number;
  /** The first program ÷ this one, of the medians of the same round; below 1 where the first takes less. */
  ratio: PairedRatio | null;
  /** Operations of the task ÷ those of the fastest product of matrices in the same time. */
  ofPeak: number | null;
  peakMb: number;
}

export interface CaseRow<Program extends string> {
  case: string;
  /** 10⁹ operations of the task; null where no program counts them. */
  gigaflops: number | null;
  /** 10⁹ operations a second of the fastest product of matrices in this run; null where no program measures it. */
  peakGigaflops: number | null;
  programs: Partial<Record<Program, ProgramFigures>>;
}

export interface Turns {
  rounds: number;
  /** How often a round asks each program for its task. */
  times: number;
  /** Times before those that are measured: memory is found, kernels are prepared. */
  skipped: number;
  seed: number;
}

/** A case, and how a process is started and asked for it. */
export interface Case<Program extends string> {
  name: string;
  /** The others are compared with the first. */
  programs: readonly Program[];
  start(program: Program): LineServer;
  /** The line that asks for the task `times` times; the answer is a `TimedReply`. */
  request(times: number): object;
}

interface Measured {
  firstS: number;
  rounds: TimedReply[];
}

/** @throws AppError('stopped') once `signal` says so; all processes have ended then. */
export async function measureInTurns<Program extends string>(
  { name, programs, start, request }: Case<Program>,
  { rounds, times, skipped, seed }: Turns,
  signal?: AbortSignal,
): Promise<CaseRow<Program>> {
  const servers = new Map<Program, LineServer>();
  const measured = new Map<Program, Measured>();
  const ask = async (program: Program, count: number) =>
    (await servers.get(program)!.ask(request(count))) as TimedReply;
  try {
    for (const program of programs) {
      requireGoingOn(signal);
      const began = performance.now();
      servers.set(program, start(program));
      await ask(program, 1);
      measured.set(program, { firstS: (performance.now() - began) / 1000, rounds: [] });
      await ask(program, skipped);
    }
    for (let round = 0; round < rounds; round++)
      for (const program of orderIn(round, programs)) {
        requireGoingOn(signal);
        measured.get(program)!.rounds.push(await ask(program, times));
      }
  } catch (error) {
    // Ctrl+C reaches the programs too, which then end without an answer.
    requireGoingOn(signal);
    throw error;
  } finally {
    await Promise.all([...servers.values()].map((server) => server.stop()));
  }
  return rowOf(name, measured, seed);
}

function rowOf<Program extends string>(
  name: string,
  measured: ReadonlyMap<Program, Measured>,
  seed: number,
): CaseRow<Program> {
  const replies = [...measured.values()].flatMap(({ rounds }) => rounds);
  const most = (figures: (number | undefined)[]) =>
    figures.reduce<number | null>((top, figure) => (figure ? Math.max(top ?? 0, figure) : top), null);
  const gigaflops = most(replies.map((reply) => reply.gigaflops));
  const peakGigaflops = most(replies.map((reply) => reply.peakGigaflops));
  const medians = ({ rounds }: Measured) => rounds.map(({ ms }) => median(ms));
  const [first] = measured.values();
  const of = (figures: Measured): ProgramFigures => {
    const ms = figures.rounds.flatMap((reply) => reply.ms);
    return {
      firstS: figures.firstS,
      ms: median(ms),
      leastMs: ms.reduce((least, one) => Math.min(least, one)),
      ratio: figures === first ? null : pairedRatio(medians(first!), medians(figures), seed),
      ofPeak: gigaflops && peakGigaflops ? gigaflops / (median(ms) / 1000) / peakGigaflops : null,
      peakMb: figures.rounds.at(-1)!.peakMb,
    };
  };
  const programs = Object.fromEntries(
    [...measured].map(([program, figures]) => [program, of(figures)] as const),
  ) as Partial<Record<Program, ProgramFigures>>;
  return { case: name, gigaflops, peakGigaflops, programs };
}

/** Each program goes first as often as the others. */
export const orderIn = <Program>(round: number, programs: readonly Program[]): Program[] =>
  programs.map((_, i) => programs[(i + round) % programs.length]!);

/** @throws AppError('stopped') once `signal` says so. */
export function requireGoingOn(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AppError('stopped', 'The benchmark was stopped.');
}

/** Of several the upper one in the middle. */
export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1]!;
