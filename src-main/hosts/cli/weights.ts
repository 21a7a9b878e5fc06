/** `brushfield weights add FILE.h5 | list` */
import { addWeights, listWeights, type WeightsCard } from '../../core/weights.js';
import { describeCommand, run, withCommonOptions, type Context } from './command.js';
import { bytes, count, textPairs, textTable } from './text-table.js';

export const weightsCommand = () =>
  describeCommand({
    usage: 'weights',
    summary: 'Keep pretrained encoder weights in your user folder.',
    details:
      'Keras weights files (.h5) are copied by hash; "train --weights imagenet" finds MobileNet there.',
    examples: [
      ['weights add mobilenet_1_0_224_tf_no_top.h5', 'add the official ImageNet weights of MobileNet'],
      ['weights list', 'show what is there'],
    ],
  })
    .addCommand(addCommand())
    .addCommand(listCommand());

const addCommand = () =>
  withCommonOptions(
    describeCommand({
      usage: 'add <file>',
      summary: 'Check a Keras weights file and keep a copy of it.',
      examples: [
        ['weights add mobilenet_1_0_224_tf_no_top.h5', 'add the official ImageNet weights of MobileNet'],
      ],
    }),
  ).action(
    run(async ({ terminal }: Context, file: string) => {
      const { card, path, added } = await addWeights(file);
      terminal.result({ ...card, path, added }, () =>
        [
          added ? `Added ${card.name}.` : `${card.name} is there already; nothing was changed.`,
          textPairs([
            ['layers', count(card.layers.length)],
            ['parameters', count(card.parameters)],
            ['sha256', card.sha256],
            ['kept as', path],
            ['use it with', card.imagenet ? 'train --weights imagenet' : `train --weights ${path}`],
          ]),
        ].join('\n'),
      );
    }),
  );

const listCommand = () =>
  withCommonOptions(
    describeCommand({
      usage: 'list',
      summary: 'List the weights that were added.',
      examples: [['weights list', 'show what is there']],
    }),
  ).action(
    run(async ({ terminal }: Context) => {
      const cards = await listWeights();
      terminal.result({ weights: cards }, () =>
        cards.length
          ? weightsTable(cards)
          : 'No weights were added yet; "brushfield weights add FILE.h5" keeps a file here.',
      );
    }),
  );

const weightsTable = (cards: readonly WeightsCard[]): string =>
  textTable(
    [
      { title: 'Name' },
      { title: 'Layers', align: 'right' },
      { title: 'Parameters', align: 'right' },
      { title: 'Size', align: 'right' },
      { title: 'Use' },
      { title: 'sha256' },
    ],
    cards.map((card) => [
      card.name,
      count(card.layers.length),
      count(card.parameters),
      bytes(card.bytes),
      card.imagenet ? '--weights imagenet' : '',
      card.sha256.slice(0, 12),
    ]),
  );
