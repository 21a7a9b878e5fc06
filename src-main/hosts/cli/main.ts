/** Entry of the command line: reads the arguments, and is the one place where a command's errors are caught. */
import { failureOf } from './failure.js';
import { createProgram } from './program.js';
import { asksForSettings, settingsHelp } from './settings-help.js';

async function main(argv: readonly string[]): Promise<void> {
  if (asksForSettings(argv)) {
    process.stdout.write(`${settingsHelp()}\n`);
    return;
  }
  try {
    await createProgram().parseAsync(argv, { from: 'user' });
  } catch (error) {
    const { sentence, exitCode } = failureOf(error, argv);
    if (sentence) process.stderr.write(`${sentence}\n`);
    process.exitCode = exitCode;
  }
}

// `brushfield info … | head` closes the pipe early, which is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

await main(process.argv.slice(2));
