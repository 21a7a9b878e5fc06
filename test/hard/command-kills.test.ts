/** 300 kills in chunks, so that those that were interrupted can be gone on with: `-t 'kills 61 to 70'`. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'vitest';
import { survivesCommandKills } from '../cli/kill-faults.js';
import { suiteFolder } from '../cli/suite-folder.js';

const CHUNK = 10;
const folder = suiteFolder();

for (let first = 0; first < 300; first += CHUNK)
  test(`kills ${first + 1} to ${first + CHUNK} of commands and their engines lose nothing`, async () => {
    const own = join(folder, String(first));
    mkdirSync(own);
    await survivesCommandKills(own, CHUNK, 1000 + first);
  });
