/** Scores as people read them: a table of classes and one line of totals. */
import type { Scores } from '../../shared/model.js';
import { count, plural, score, textTable } from './text-table.js';

export function scoresTable(scores: Scores): string {
  const right = (title: string) => ({ title, align: 'right' as const });
  const table = textTable(
    [
      { title: 'Class' },
      right('Dice'),
      right('IoU'),
      right('Precision'),
      right('Recall'),
      right('Labelled px'),
    ],
    scores.classes.map(({ name, dice, iou, precision, recall, pixels }) => [
      name,
      score(dice),
      score(iou),
      score(precision),
      score(recall),
      count(pixels),
    ]),
  );
  const totals = [
    plural(scores.images, 'image'),
    `mean IoU ${score(scores.meanIoU)}`,
    `soft macro Dice ${score(scores.softMacroDice)}`,
    `pixel accuracy ${score(scores.pixelAccuracy)}`,
  ];
  return `${table}\n${totals.join(', ')}`;
}
