/** `brushfield doctor` */
import { inspectMachine, type DoctorItem } from '../../core/doctor.js';
import { examineProject } from '../../core/project-doctor.js';
import { AppError } from '../../shared/errors.js';
import { describeCommand, run, withCommonOptions, type Context } from './command.js';
import { projectReportText } from './doctor-text.js';
import { EXIT_FAILED } from './failure.js';

interface DoctorOptions {
  repair?: boolean;
}

export const doctorCommand = () =>
  withCommonOptions(
    describeCommand({
      usage: 'doctor [project]',
      summary: 'Show what this machine has, or examine a project and mend it.',
      details:
        'Without PROJECT: what this machine has, and what to do about what is missing. With PROJECT: whether everything in it can be read and agrees with itself. ' +
        '--repair mends what can be mended, says what it did, and keeps the file as it was beside it.',
      examples: [
        ['doctor', 'Node, TensorFlow, device, memory, and where things are kept'],
        ['doctor cells.brushfield', 'examine a project; changes nothing'],
        ['doctor cells.brushfield --repair', 'mend it, with its backups where they help'],
      ],
    }).option('--repair', 'mend what can be mended'),
  ).action(
    run(async (context: Context, path: string | undefined, { repair = false }: DoctorOptions) => {
      if (path !== undefined) return showProjectReport(context, path, repair);
      if (repair)
        throw new AppError(
          'usage',
          '--repair mends a project; say which: "brushfield doctor PROJECT --repair".',
        );
      const { terminal } = context;
      const report = await inspectMachine();
      terminal.result(report, () => doctorText(report.items));
      return report.ok ? 0 : EXIT_FAILED;
    }),
  );

async function showProjectReport(
  { terminal, signal }: Context,
  path: string,
  repair: boolean,
): Promise<number> {
  const report = await examineProject(
    path,
    { repair },
    { signal, onEvent: ({ done, text }) => terminal.progress({ done, text }) },
  );
  terminal.result(report, () => projectReportText(report, path, repair));
  return report.ok ? 0 : EXIT_FAILED;
}

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
