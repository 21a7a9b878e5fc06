/** A small version of test/hard/core-killed.test.ts. */
import { test } from 'vitest';
import { surviveKills } from './core-kills.js';

test('after 10 kills of the core every stroke that was answered is there', () => surviveKills(10));
