/** Decoding speed and peak memory beside sharp and tifffile, in turns on the same files; `brushfield bench decode`. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { entryPath, packageRoot } from '../../disk/package-root.js';
import { AppError } from '../../shared/errors.js';
import type { Call } from '../../shared/rpc.js';
import { pairedRatio, type PairedRatio } from './paired.js';
import { testPython } from './test-python.js';

const PROGRAMS = ['ours', 'sharp', 'tifffile'] as const;
export type DecodeProgram = (typeof PROGRAMS)[number];

export interface DecodeFigures {
  /** Decoded megabytes (10⁶) a second: median of the rounds. */
  mbPerS: number;
  /** Highest resident memory of its process during a decode, runtime and libraries included; null where the system does not tell. */
  peakMb: number | null;
  /** Ours ÷ this program, of the speeds of the same round. */
  ratio: PairedRatio | null;
  /** Whether its pixels are ours. */
  samePixels: boolean;
}

export interface DecodeRow {
  case: string;
  mb: number;
  /** Missing for a program that cannot read the file. */
  programs: Partial<Record<DecodeProgram, DecodeFigures>>;
}

export interface DecodeBenchOptions {
  rounds: number;
  /** Side of the pictures in px. */
  sidePx: number;
  /** Only cases whose name contains this. */
  only?: string;
  seed: number;
}

interface Reply {
  seconds: number;
  bytes: number;
  sha256: string | null;
  peakBytes: number | null;
  error?: string;
}

/** @throws AppError('set-up') without the tests' Python environment. */
export async function benchDecode(
  { rounds, sidePx, only = '', seed }: DecodeBenchOptions,
  { signal, onEvent }: Call<DecodeRow> = {},
): Promise<DecodeRow[]> {
  const python = await testPython();
  const script = join(packageRoot(), 'test', 'python', 'decode_bench.py');
  const folder = await mkdtemp(join(tmpdir(), 'brushfield-bench-'));
  const servers = {
    ours: new DecodeServer(process.execPath, [entryPath('decode-bench-server'), 'ours']),
    sharp: new DecodeServer(process.execPath, [entryPath('decode-bench-server'), 'sharp']),
    tifffile: new DecodeServer(python, [script, 'serve']),
  };
  const rows: DecodeRow[] = [];
  try {
    await promisify(execFile)(python, [script, 'write', folder, String(sidePx)]);
    for (const name of (await readdir(folder)).sort().filter((one) => one.includes(only))) {
      if (signal?.aborted) throw new AppError('stopped', 'The benchmark was stopped.');
      const row = await benchFile(join(folder, name), name, { servers, rounds, seed });
      rows.push(row);
      onEvent?.(row);
    }
  } finally {
    for (const server of Object.values(servers)) server.stop();
    await rm(folder, { recursive: true, force: true });
  }
  return rows;
}

async function benchFile(
  path: string,
  name: string,
  { servers, rounds, seed }: { servers: Record<DecodeProgram, DecodeServer>; rounds: number; seed: number },
): Promise<DecodeRow> {
  const able: DecodeProgram[] = [];
  const first = {} as Record<DecodeProgram, Reply>;
  for (const program of PROGRAMS) {
    if (program === 'tifffile' && extname(name) !== '.tif') continue;
    // Not timed: code is compiled, the file comes into the system's cache, and the pixels are compared.
    first[program] = await servers[program].decode(path, true);
    if (!first[program].error) able.push(program);
  }
  const replies = Object.fromEntries(able.map((program) => [program, [] as Reply[]]));
  for (let round = 0; round < rounds; round++)
    // Each goes first as often as the others.
    for (let i = 0; i < able.length; i++) {
      const program = able[(i + round) % able.length]!;
      replies[program]!.push(await servers[program].decode(path, false));
    }
  const speeds = (program: DecodeProgram) =>
    replies[program]!.map(({ seconds, bytes }) => bytes / 1e6 / seconds);
  const programs: DecodeRow['programs'] = {};
  for (const program of able) {
    const peaks = replies[program]!.map(({ peakBytes }) => peakBytes ?? NaN);
    const peakMb = Math.max(...peaks) / 1e6;
    programs[program] = {
      mbPerS: speeds(program).toSorted((a, b) => a - b)[rounds >> 1]!,
      peakMb: Number.isFinite(peakMb) ? peakMb : null,
      ratio:
        program === 'ours' || !able.includes('ours')
          ? null
          : pairedRatio(speeds('ours'), speeds(program), seed),
      samePixels: first[program].sha256 === first.ours.sha256,
    };
  }
  return { case: name, mb: first.ours.bytes / 1e6, programs };
}

/** A process that decodes one file a line. */
class DecodeServer {
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;

  constructor(program: string, args: readonly string[]) {
    this.child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.lines = createInterface({ input: this.child.stdout! })[Symbol.asyncIterator]();
  }

  async decode(path: string, hash: boolean): Promise<Reply> {
    this.child.stdin!.write(`${JSON.stringify({ path, hash })}\n`);
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`A decoding process of the benchmark ended (${this.child.spawnfile}).`);
    return JSON.parse(value) as Reply;
  }

  stop(): void {
    this.child.kill('SIGKILL');
  }
}
