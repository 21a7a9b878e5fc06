/** `brushfield merge OUTPUT` */
import { mergeShards } from '../../core/merge.js';
import { describeCommand, run, withCommonOptions, type Context } from './command.js';
import { EXIT_FAILED, EXIT_SOME_FAILED } from './failure.js';
import { plural } from './text-table.js';

export const mergeCommand = () =>
  withCommonOptions(
    describeCommand({
      usage: 'merge <output>',
      summary: 'Join the manifests and tables of shards.',
      details:
        'OUTPUT is the folder into which all parts of "segment --shard I/N" wrote. Writes manifest.json, and measurements.csv and ' +
        'measurements_images.csv where the shards have them: what one run over all images would have written, but for the times. ' +
        'Exits with 3 when images failed.',
      examples: [['merge masks', 'after segment --shard 1/4 … 4/4 into masks']],
    }).option('--overwrite', 'replace a manifest and tables that are there'),
  ).action(
    run(async ({ terminal }: Context, output: string, options: { overwrite?: boolean }) => {
      const result = await mergeShards(output, options);
      const { measurements, failed, done } = result;
      for (const { input, error } of failed) terminal.warning(`${input} was not segmented: ${error}`);
      terminal.result(result, () =>
        [
          `${plural(result.shards, 'shard')} joined: ${plural(done, 'file')} segmented${failed.length ? `, ${failed.length} failed` : ''}.`,
          `Manifest: ${result.manifest}`,
          ...(measurements
            ? [
                `Objects: ${plural(measurements.objects, 'row')} in ${measurements.output}`,
                `Images: ${measurements.images}`,
              ]
            : []),
        ].join('\n'),
      );
      if (!failed.length) return 0;
      return done ? EXIT_SOME_FAILED : EXIT_FAILED;
    }),
  );
