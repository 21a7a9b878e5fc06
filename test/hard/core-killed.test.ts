/** Labels through a core that is killed again and again. */
import { test } from 'vitest';
import { surviveKills } from '../core/app/core-kills.js';

test('after 200 kills of the core every stroke that was answered is there', () => surviveKills(200));
