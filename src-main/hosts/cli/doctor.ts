/** `brushfield doctor` */
import { checkMachine, type Check } from '../../core/machine-check.js';
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
      const checks = await checkMachine();
      const ok = checks.every((check) => check.ok);
      terminal.result({ ok, checks }, () => checks.map(checkText).join('\n'));
      return ok ? 0 : EXIT_FAILED;
    }),
  );

const checkText = ({ name, value, ok, hint }: Check): string =>
  `${ok ? '✓' : '✗'} ${name.padEnd(12)} ${value}${hint ? `\n  ${' '.repeat(12)} → ${hint}` : ''}`;
