/** A process of its own that removes a class in a thread and says how far it is, until its parent kills it. */
import { runStep } from '../../src-main/core/step-thread.js';
import { openStore } from '../../src-main/store/open.js';

const store = openStore(process.argv[2]!);
const job = { kind: 'remove-class', removal: { value: 2, replaceBy: 0 }, title: 'Remove' } as const;
const onEvent = ({ done, total }: { done: number; total: number }) =>
  process.stdout.write(`${done} of ${total}\n`);
await runStep(store, job, { onEvent }, 0);
process.stdout.write('done\n');
setInterval(() => undefined, 1000);
