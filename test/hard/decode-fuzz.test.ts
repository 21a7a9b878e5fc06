/**
 * 10,000 damaged files of each format, in parts of 1,000. With BRUSHFIELD_FUZZ_STATE=FILE the parts that passed are
 * remembered there, and a run that was broken off goes on.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fuzzFormat, FUZZED_FORMATS } from '../core/decoding-fuzzed.js';

const PART = 1000;
const PARTS = Array.from({ length: 10 }, (_, part) => part);
const state = process.env['BRUSHFIELD_FUZZ_STATE'];
const passed = new Set(state && existsSync(state) ? readFileSync(state, 'utf8').split('\n') : []);

describe.each(FUZZED_FORMATS)('damaged files of %s', (format) => {
  it.each(PARTS)('are decoded or refused, part %i', async (part) => {
    const name = `${format} ${part}`;
    if (passed.has(name)) return;
    // The first 500 are those of the ordinary suite.
    const { decoded, refused } = await fuzzFormat(format, { first: part * PART, count: PART });
    expect(decoded + refused).toBe(PART);
    if (state) appendFileSync(state, `${name}\n`);
  });
});
