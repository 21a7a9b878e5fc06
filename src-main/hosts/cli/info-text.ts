/** A project, a model and a network as text. */
import type { ResolvedModel } from '../../core/models.js';
import type { ProjectInfo } from '../../core/project-info.js';
import type { NetworkSummary } from '../../shared/engine-api.js';
import { scoresTable } from './scores-table.js';
import { count, duration, plural, score, textPairs, textTable } from './text-table.js';

const right = (title: string) => ({ title, align: 'right' as const });

export function projectText(info: ProjectInfo): string {
  const blocks = [
    `${info.name}  ${info.folder}`,
    textTable(
      [{ title: 'Split' }, right('Images'), right('Labelled')],
      [
        ...Object.entries(info.splits)
          .filter(([split, { total }]) => total || split !== 'undecided')
          .map(([split, { total, labelled }]) => [split, count(total), count(labelled)]),
        ['all', count(info.images.total), count(info.images.labelled)],
      ],
    ),
  ];
  if (info.kinds.length)
    blocks.push(
      textTable(
        [right('Size'), right('Channels'), { title: 'Type' }, right('Pixel size'), right('Images')],
        info.kinds
          .slice(0, 10)
          .map(({ width, height, channels, type, pixelSizeUm, images }) => [
            `${width} × ${height}`,
            String(channels),
            type,
            pixelSizeUm === null ? '–' : `${Number(pixelSizeUm.toPrecision(4))} µm`,
            count(images),
          ]),
      ),
    );
  if (info.classes.length) blocks.push(classesTable(info));
  blocks.push(runsTable(info));
  if (info.files.length)
    blocks.push(
      textTable(
        [{ title: 'File' }, { title: 'State' }, { title: 'Path' }],
        info.files.map(({ image, state, path }) => [image, state, path]),
      ),
    );
  return blocks.join('\n\n');
}

function classesTable({ classes, voidPixels }: ProjectInfo): string {
  const all = classes.reduce((sum, { pixels }) => sum + pixels, voidPixels);
  const share = (pixels: number) => (all ? `${((pixels / all) * 100).toFixed(1)} %` : '–');
  return textTable(
    [
      { title: 'Class' },
      right('Value'),
      { title: 'Colour' },
      right('Pixels'),
      right('Share'),
      right('Images'),
    ],
    [
      ...classes.map(({ name, value, color, pixels, images }) => [
        name,
        String(value),
        color,
        count(pixels),
        share(pixels),
        count(images),
      ]),
      ['unlabelled', '0', '', count(voidPixels), share(voidPixels), ''],
    ],
  );
}

const runsTable = ({ runs }: ProjectInfo): string =>
  runs.length
    ? textTable(
        [{ title: 'Run' }, { title: 'Network' }, { title: 'State' }, right('Mean IoU'), { title: '' }],
        runs.map(({ name, network, state, bestScore, best }) => [
          name,
          network,
          state,
          score(bestScore),
          best ? 'best' : '',
        ]),
      )
    : 'No model yet.';

export function modelText({ run, folder, file, passport, sha256 }: ResolvedModel): string {
  const { channels, count: inputs, intensity } = file.input;
  const pairs: [string, string][] = [
    ['Run', run],
    ['Folder', folder],
    ['Classes', file.classes.map(({ name, value }) => `${value} ${name}`).join(', ')],
    ['Input', `${plural(inputs, 'channel')} (${channels}), intensities ${intensity}`],
    [
      'Scale',
      file.scaleMode === 'native' ? `native, crops of ${file.size} px` : `whole images in ${file.size} px`,
    ],
    ['Model hash', sha256],
  ];
  if (passport) {
    const trained = passport.images.filter(({ split }) => split === 'train').length;
    pairs.push(
      ['Trained on', plural(trained, 'image')],
      [
        'Training',
        `${count(passport.result.step)} steps, ${duration(passport.result.trainedS)}, on ${passport.device.name}`,
      ],
      ['Seed', String(passport.seed)],
    );
    if (passport.pretrained) pairs.push(['Started from', passport.pretrained.source]);
  }
  const scores = passport?.scores;
  return `${textPairs(pairs)}${scores ? `\n\n${scoresTable(scores)}` : ''}`;
}

export function networkText(network: NetworkSummary): string {
  const shape = (sides: readonly (number | null)[]) => sides.map((side) => side ?? '?').join(' × ');
  return [
    textTable(
      [{ title: 'Layer' }, { title: 'Type' }, { title: 'Output shape' }, right('Parameters')],
      network.layers.map(({ name, type, outputShape, parameters }) => [
        name,
        type,
        shape(outputShape),
        parameters ? count(parameters) : '',
      ]),
    ),
    '',
    `${network.network}: ${count(network.parameters)} parameters, receptive field ${network.receptiveFieldPx} px, input sides multiples of ${network.multipleOf}.`,
  ].join('\n');
}
