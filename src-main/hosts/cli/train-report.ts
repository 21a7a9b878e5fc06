/** What a training shows while it runs and when it is done. */
import { thresholdSentence } from '../../core/threshold-comparison.js';
import type { TrainingEvent, TrainOutcome } from '../../core/training.js';
import type { ThresholdScores } from '../../shared/app-api-training.js';
import { scoresTable } from './scores-table.js';
import type { Terminal } from './terminal.js';
import { count, duration, score } from './text-table.js';

const CLASS_WIDTH = 10;

/** One line an epoch; between them a bar on a terminal. With `--json` the epochs go to stdout, one object a line. */
export function trainReporter(terminal: Terminal): (event: TrainingEvent) => void {
  let headed = false;
  let secondsLeft: number | null = null;
  return (event) => {
    switch (event.kind) {
      case 'run':
        terminal.message(`${event.resumed ? 'Resuming' : 'Training'} ${terminal.style.bold(event.run)}`);
        break;
      case 'started':
        terminal.message(
          `${count(event.parameters)} parameters, TensorFlow ${event.device.tensorflow} on ${event.device.name}` +
            (event.step ? `, from step ${event.step}` : ''),
        );
        break;
      case 'weights':
        terminal.message(
          `Pretrained weights: ${event.loaded.length} loaded, ${event.skipped.length} skipped` +
            (event.skipped[0]
              ? ` (${event.skipped[0].name}: ${event.skipped[0].reason}${event.skipped.length > 1 ? ', …' : ''})`
              : ''),
        );
        if (!event.loaded.length) terminal.warning('none of the pretrained weights fits this network.');
        break;
      case 'message':
        terminal.message(event.text);
        break;
      case 'reading':
        terminal.progress({ done: event.progress, text: `image ${event.image} of ${event.images}` });
        break;
      case 'step': {
        secondsLeft = event.secondsLeft;
        const left = secondsLeft === null ? '' : `  ${duration(secondsLeft)} left`;
        terminal.progress({
          done: event.progress,
          text: `epoch ${event.epoch + 1}  step ${event.step}  loss ${event.loss.toFixed(3)}${left}`,
        });
        break;
      }
      case 'epoch':
        if (terminal.json) terminal.result(event, () => '');
        if (!headed && !terminal.quiet) terminal.message(terminal.style.dim(epochHead(event)));
        headed = true;
        terminal.message(epochLine(event, secondsLeft));
        break;
      default:
    }
  };
}

type EpochEvent = Extract<TrainingEvent, { kind: 'epoch' }>;

const epochHead = ({ val }: EpochEvent): string => {
  const scores = val ? ['held-out', ' mean IoU', ...val.classes.map(({ name }) => fit(name))] : [];
  return ['epoch', '  step', '   loss', ...scores, 'time left'].join('  ') + (val ? '  (Dice by class)' : '');
};

function epochLine({ epoch, step, loss, val, best }: EpochEvent, secondsLeft: number | null): string {
  const right = (text: string, width: number) => text.padStart(width);
  const scores = val
    ? [
        right(val.loss.toFixed(3), 8),
        right(score(val.meanIoU), 9),
        ...val.classes.map(({ dice }) => right(score(dice), CLASS_WIDTH)),
      ]
    : [];
  const left = secondsLeft === null ? '–' : duration(secondsLeft);
  return [
    right(String(epoch), 5),
    right(String(step), 6),
    right(loss.toFixed(3), 7),
    ...scores,
    right(left, 9),
  ]
    .join('  ')
    .concat(val && best ? '  best' : '');
}

const fit = (name: string): string =>
  (name.length > CLASS_WIDTH ? `${name.slice(0, CLASS_WIDTH - 1)}…` : name).padStart(CLASS_WIDTH);

const REASONS: Record<TrainOutcome['result']['reason'], string> = {
  budget: 'The budget is used up',
  patience: 'The held-out loss fell no further',
  stopped: 'Stopped',
};

export function trainResultText(
  { run, folder, result }: TrainOutcome,
  { project, threshold }: { project: string; threshold: ThresholdScores | null },
): string {
  const { reason, step, epoch, trainedS, best } = result;
  const lines = [
    `${REASONS[reason]} after ${count(step)} steps (${epoch} epochs, ${duration(trainedS)} of training).`,
  ];
  if (best) lines.push('', `Held-out images at the best step, ${best.step}:`, '', scoresTable(best.val));
  if (best && threshold) lines.push('', thresholdSentence(threshold, best.val));
  lines.push('', `Model: ${folder}`);
  if (reason === 'stopped') lines.push(`Go on: brushfield train ${project} --resume ${run}`);
  lines.push(`Next: brushfield segment ${project} --input IMAGES --output MASKS --overlay`);
  return lines.join('\n');
}
