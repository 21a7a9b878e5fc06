/** `brushfield doctor` */
import { inspectMachine, type DoctorItem } from '../../core/doctor.js';
import { describeCommand, run, withCommonOptions, type Context } from './command.js';
import { EXIT_FAILED } from './failure.js';

export const doctorCommand = () =>
  withCommonOptions(
    describeCommand({
      usage: 'doctor',
      summary: 'Show what this machine has, and what to do about what is missing.',
      examples: [['doctor', 'Node, TensorFlow, device, memory, and where things are kept']],
    }),
  ).action(
    run(async ({ terminal }: Context) => {
      const report = await inspectMachine();
      terminal.result(report, () => doctorText(report.items));
      return report.ok ? 0 : EXIT_FAILED;
    }),
  );

const MARKS: Record<DoctorItem['state'], string> = { ok: '✓', warning: '!', missing: '✗' };

function doctorText(items: readonly DoctorItem[]): string {
  const width = Math.max(...items.map(({ title }) => title.length));
  return items
    .map(({ title, state, value, advice }) => {
      const more = advice ? `\n  ${' '.repeat(width)} → ${advice}` : '';
      return `${MARKS[state]} ${title.padEnd(width)} ${value}${more}`;
    })
    .join('\n');
}
