/** `brushfield bench decode`: our decoders beside sharp and tifffile. */
import { benchDecode, type DecodeFigures, type DecodeRow } from '../../core/bench/decode.js';
import type { Benchmark } from './bench.js';
import { textTable } from './text-table.js';

const ROUNDS = 9;
const SIDE_PX = 4096;

export const DECODE_BENCHMARK: Benchmark = {
  name: 'decode',
  summary:
    'Speed and peak memory of decoding beside sharp and tifffile, in turns on the same files (about 3 min).',
  async run({ terminal, signal }, options) {
    const rows = await benchDecode(
      {
        rounds: ROUNDS,
        sidePx: SIDE_PX,
        seed: Number((options.seeds ?? '1').split(',')[0]),
        ...(options.only !== undefined && { only: options.only }),
      },
      { signal, onEvent: (row) => terminal.message(`  ${row.case}: ${speed(row.programs.ours)} MB/s`) },
    );
    terminal.result({ rows }, () => `${table(rows)}\n\n${EXPLANATION}`);
  },
};

const EXPLANATION =
  `Decoded MB/s, median of ${ROUNDS} rounds; × is ours ÷ the other with its 95 % interval over rounds. Memory is the` +
  ' process’s peak in MB, runtime included. * marks pixels that are not ours.';

const speed = (figures?: DecodeFigures): string => figures?.mbPerS.toFixed(0) ?? '–';
const peak = (figures?: DecodeFigures): string => figures?.peakMb?.toFixed(0) ?? '–';

function ratio(figures?: DecodeFigures): string {
  if (!figures?.ratio) return '–';
  const { ratio: times, low, high } = figures.ratio;
  return `${times.toFixed(2)} (${low.toFixed(2)} – ${high.toFixed(2)})${figures.samePixels ? '' : ' *'}`;
}

const table = (rows: readonly DecodeRow[]): string =>
  textTable(
    [
      { title: 'File' },
      ...['MB', 'Ours', 'sharp', '× sharp', 'tifffile', '× tifffile', 'Peak', 'sharp', 'tifffile'].map(
        (title) => ({
          title,
          align: 'right' as const,
        }),
      ),
    ],
    rows.map(({ case: name, mb, programs: { ours, sharp, tifffile } }) => [
      name,
      mb.toFixed(0),
      speed(ours),
      speed(sharp),
      ratio(sharp),
      speed(tifffile),
      ratio(tifffile),
      peak(ours),
      peak(sharp),
      peak(tifffile),
    ]),
  );
