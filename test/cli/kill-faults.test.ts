import { test } from 'vitest';
import { suiteFolder } from './suite-folder.js';
import { survivesCommandKills } from './kill-faults.js';

const folder = suiteFolder();

test('10 kills of importing, training and segmenting commands and their engines lose nothing', () =>
  survivesCommandKills(folder, 10, 11));
