/** `brushfield serve [PROJECT]` */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CoreKeeper } from '../../core/app/core-keeper.js';
import { packageRoot } from '../../disk/package-root.js';
import { AppError } from '../../shared/errors.js';
import { openBrowser } from '../web/open-browser.js';
import { startWebHost } from '../web/server.js';
import { numberIn } from './choices.js';
import { describeCommand, run, withCommonOptions, type Context } from './command.js';

interface ServeOptions {
  port?: number;
  /** False with --no-open. */
  open: boolean;
}

export const serveCommand = () =>
  withCommonOptions(
    describeCommand({
      usage: 'serve [project]',
      summary: 'Show the app in a browser on this machine.',
      details:
        'Only this machine can reach it, and only with the address that is printed, which is a new one at every start. Ends with Ctrl+C.',
      examples: [
        ['serve', 'the welcome page, in your browser'],
        ['serve cells.brushfield --no-open', 'print the address of a project and open nothing'],
      ],
    })
      .option(
        '--port <n>',
        'port to listen on; any that is free if not given',
        numberIn('--port', { min: 0, max: 65_535, integer: true }),
      )
      .option('--no-open', 'open no browser'),
  ).action(
    run(async ({ terminal, signal }: Context, project: string | undefined, options: ServeOptions) => {
      const folder = project === undefined ? null : resolve(project);
      if (folder !== null && !existsSync(folder))
        throw new AppError('not-found', `There is no project ${folder}; make one with "brushfield new".`);
      if (!existsSync(join(packageRoot(), 'out', 'renderer', 'index.html')))
        throw new AppError(
          'set-up',
          `The page is not built; run "npm run build" in the folder of Brushfield.`,
        );
      const keeper = new CoreKeeper({ host: 'web' });
      try {
        // Refused here, where the reason can be read, if it cannot be started.
        keeper.current();
        const host = await startWebHost({ keeper, port: options.port ?? 0, project: folder });
        terminal.result({ address: host.address, port: host.port }, () => `Brushfield: ${host.address}`);
        if (options.open && !(await openBrowser(host.address)))
          terminal.warning('No browser could be opened: open the address above in one.');
        terminal.message('Press Ctrl+C to end it.');
        if (!signal.aborted) await once(signal, 'abort');
        await host.close();
      } finally {
        await keeper.stop();
      }
    }),
  );
