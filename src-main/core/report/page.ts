/** The report as one HTML page that needs nothing else. */
import { isDifference } from '../../shared/image-warnings.js';
import { rangeText } from '../brightness.js';
import type { Passport } from '../passport.js';
import { cleanUpSentence } from './clean-up-text.js';
import type { ResultsSummary } from './results-summary.js';
import { trainingCurves } from './curves.js';
import type { HeldOut } from './held-out.js';
import { LEAST_IMAGES, type Interval } from './intervals.js';
import { Markup, markup, picture, table } from './markup.js';
import { methodsParagraph } from './methods.js';
import { STYLE } from './style.js';

export interface ReportContent {
  passport: Passport;
  /** Of the weights and what maps an image to the network's input. */
  sha256: string;
  /** Null: none was held out; a text: why they could not be scored again. */
  heldOut: HeldOut | string | null;
  batch: { folder: string; summary: ResultsSummary } | null;
  createdAt: string;
}

export function reportPage(content: ReportContent): string {
  const { passport, heldOut, batch, createdAt } = content;
  const scored = typeof heldOut === 'string' ? null : heldOut;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${`Report on ${passport.run}`}</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<header><h1>${passport.run}</h1>
<p>Quality report of Brushfield, ${createdAt.slice(0, 10)}</p></header>
<main>
${batch ? batchSection(batch.folder, batch.summary, content.sha256) : null}
${heldOutSection(passport, heldOut)}
<section><h2>Training</h2>${trainingCurves(passport.curve)}
${passport.curve.length < 2 ? markup`<p>Too few epochs for curves.</p>` : null}</section>
<section><h2>Methods</h2><p>A draft for a paper; check it against what you did.</p>
<blockquote>${methodsParagraph(passport, scored, batch?.summary.model.sha256 === content.sha256 ? batch.summary : null)}</blockquote></section>
${passportSection(content)}
</main>
</body>
</html>
`.html;
}

function heldOutSection(passport: Passport, heldOut: ReportContent['heldOut']): Markup {
  const scored = typeof heldOut === 'object' ? heldOut : null;
  const scores = scored?.scores ?? passport.scores;
  if (!scores)
    return markup`<section><h2>Held-out images</h2><p class="warning">No image was held out: how good the model is was not measured.</p></section>`;
  const rows = scores.classes.map(({ name, dice, iou, precision, recall, pixels }, c) => [
    name,
    withInterval(dice, scored?.intervals[c]?.dice),
    withInterval(iou, scored?.intervals[c]?.iou),
    score(precision),
    score(recall),
    pixels.toLocaleString('en'),
  ]);
  const note =
    typeof heldOut === 'string'
      ? `The images could not be scored again, so these are the figures of the training, without intervals and pictures: ${heldOut}`
      : scores.images < LEAST_IMAGES
        ? `With ${scores.images === 1 ? 'one held-out image' : `${scores.images} held-out images`} no interval can be given; hold out at least ${LEAST_IMAGES}.`
        : '95 % intervals: percentile bootstrap over images.';
  const names = scores.classes.map(({ name }) => name);
  return markup`<section><h2>Held-out images</h2>
<p>${`${scores.images} labelled ${scores.images === 1 ? 'image' : 'images'} that the model was not trained on; they also chose its best step. Mean IoU ${score(scores.meanIoU)}, pixel accuracy ${score(scores.pixelAccuracy)}.`}</p>
${table('Scores by class, pixels pooled', [{ title: 'Class' }, ...['Dice', 'IoU', 'Precision', 'Recall', 'Pixels'].map((title) => ({ title, number: true }))], rows)}
<p class="note">${note}</p>
${confusionTable(names, scores.confusion)}
${scored?.tiles.length ? tiles(scored) : null}
${
  scored
    ? table(
        'Each image',
        [{ title: 'Image' }, { title: 'Mean IoU', number: true }],
        scored.perImage
          .toSorted((a, b) => a.scores.meanIoU - b.scores.meanIoU)
          .map(({ name, scores: own }) => [name, score(own.meanIoU)]),
      )
    : null
}
</section>`;
}

function confusionTable(names: readonly string[], confusion: readonly (readonly number[])[]): Markup {
  const rows = confusion.map((row, truth) => {
    const sum = row.reduce((total, pixels) => total + pixels, 0);
    const cells = row.map((pixels, c) => {
      const share = sum ? pixels / sum : 0;
      const shade = Math.round(share * 0.35 * 100) / 100;
      const text = sum ? percent(share) : '–';
      return markup`<span class="${c === truth ? 'right' : 'wrong'}" style="background:rgba(${c === truth ? '0,114,178' : '213,94,0'},${shade})">${text}</span>`;
    });
    return [names[truth]!, ...cells, sum.toLocaleString('en')];
  });
  const columns = [
    { title: 'Labelled as' },
    ...names.map((title) => ({ title, number: true })),
    { title: 'Pixels', number: true },
  ];
  return table('Confusion: what pixels of each class were predicted as', columns, rows);
}

const tiles = ({ tiles: all }: HeldOut): Markup =>
  markup`<h3>Best, median and worst</h3>${all.map(
    ({
      rank,
      image,
      meanIoU,
      at,
      pictures,
    }) => markup`<article class="tile"><h4>${`${rank[0]!.toUpperCase()}${rank.slice(1)}: ${image}`}</h4>
<p>${`Mean IoU of the image ${score(meanIoU)}${at ? `; tile at ${at.x}, ${at.y} px` : ''}`}</p>
<div class="pictures">${(
      [
        ['Image', pictures.image],
        ['Labels', pictures.truth],
        ['Prediction', pictures.predicted],
      ] as const
    ).map(
      ([what, png]) =>
        markup`<figure>${picture(png, `${what} of ${image}`)}<figcaption>${what}</figcaption></figure>`,
    )}</div></article>
`,
  )}`;

/** Rows that are shown of a list; the rest is counted. */
const SHOWN = 50;

function batchSection(folder: string, summary: ResultsSummary, sha256: string): Markup {
  const { done, failed, waiting, classes, outliers, counted, warnings, unreadable, model } = summary;
  const counts = [
    `${done} segmented`,
    `${failed.length} failed`,
    ...(waiting ? [`${waiting} not done yet`] : []),
  ];
  const number = (title: string) => ({ title, number: true });
  return markup`<section><h2>Segmented images</h2>
<p>${`${folder}: ${counts.join(', ')}.`}</p>
<p>${cleanUpSentence(summary.settings) ?? 'The masks are as the model gave them.'}</p>
${model.sha256 === sha256 ? null : markup`<p class="warning">${`These results were made by another model (${model.run}) than the one this report is about.`}</p>`}
${warnings.map(({ text, inputs }) => markup`<p class="warning">${`${inputs[0]!}${inputs.length > 1 ? ` and ${inputs.length - 1} more` : ''}: ${text}.${isDifference(text) ? ' The model may do badly there.' : ''}`}</p>`)}
${table(
  'Share of each class in an image',
  [{ title: 'Class' }, number('Lower quartile'), number('Median'), number('Upper quartile')],
  classes.map(({ name, quartiles }) => [
    name,
    ...(quartiles ?? [null, null, null]).map((share) => (share === null ? '–' : percent(share))),
  ]),
)}
${
  outliers.length
    ? table(
        `Unlike the others${more(outliers)}`,
        [
          { title: 'Image' },
          { title: 'Class' },
          number('Share'),
          number('Median of all'),
          number('Robust deviations'),
        ],
        outliers
          .slice(0, SHOWN)
          .map((one) => [
            one.input,
            one.className,
            percent(one.fraction),
            percent(one.median),
            one.score.toFixed(1),
          ]),
      )
    : markup`<p>${`No image of ${counted} is far from the others in its share of a class.`}</p>`
}
<p class="note">Unlike: more than 3.5 robust standard deviations from the median (Iglewicz and Hoaglin, 1993); eight images or more are needed. Channels, bit depth, pixel size, mean brightness and contrast are compared with the training images; the last two not with models of earlier versions.</p>
${
  failed.length
    ? table(
        `Not segmented${more(failed)}`,
        [{ title: 'Image' }, { title: 'Reason' }],
        failed.slice(0, SHOWN).map(({ input, error }) => [input, error]),
      )
    : null
}
${
  unreadable.length
    ? table(
        `Masks that could not be read${more(unreadable)}`,
        [{ title: 'Mask' }, { title: 'Reason' }],
        unreadable.slice(0, SHOWN).map(({ mask, reason }) => [mask, reason]),
      )
    : null
}
</section>`;
}

const more = (rows: readonly unknown[]): string =>
  rows.length > SHOWN ? ` (the first ${SHOWN} of ${rows.length})` : '';

function passportSection({ passport, sha256 }: ReportContent): Markup {
  const { images, seen, settings } = passport;
  const of = (split: string) => images.filter((image) => image.split === split).length;
  const facts: [string, string][] = [
    ['Model', passport.run],
    ['SHA-256', sha256],
    ['Network', passport.network],
    ['Classes', passport.classes.map(({ name, value }) => `${value} ${name}`).join(', ')],
    ['Images', `${of('train')} for training, ${of('val')} held out`],
    [
      'Seen',
      `${seen.types.join(', ')}; ${seen.channels.join(' or ')} channels; ${seen.pixelSizeUm ? `${[...new Set(seen.pixelSizeUm.map((size) => size.toPrecision(3)))].join(' to ')} µm a pixel` : 'pixel size unknown'}${seen.brightness ? `; mean brightness ${rangeText(seen.brightness.mean)}` : ''}`,
    ],
    ['Pretrained', passport.pretrained?.source ?? 'no'],
    [
      'Trained',
      `${passport.createdAt.slice(0, 10)}, ${passport.result.step} steps in ${Math.round(passport.result.trainedS)} s`,
    ],
    ['Device', passport.device.name],
    [
      'Software',
      `Brushfield ${passport.software.brushfield}, TensorFlow ${passport.software.tensorflow}, Node ${passport.software.node}`,
    ],
  ];
  return markup`<section><h2>Passport</h2>
${table('Model', [{ title: 'What' }, { title: 'Value' }], facts)}
${table(
  'Images',
  [
    { title: 'Image' },
    { title: 'Split' },
    { title: 'Size, px', number: true },
    { title: 'Labelled, px', number: true },
    { title: 'SHA-256' },
  ],
  images.map((image) => [
    image.name,
    image.split === 'train' ? 'training' : 'held out',
    `${image.width} × ${image.height}`,
    image.labelledPixels.toLocaleString('en'),
    markup`<code>${image.sha256.slice(0, 12)}</code>`,
  ]),
)}
<details open><summary>Settings</summary>${table(
    'Settings',
    [{ title: 'Setting' }, { title: 'Value' }],
    Object.entries(settings).map(([name, value]) => [name, String(value)]),
  )}</details></section>`;
}

const withInterval = (value: number, interval: Interval | null | undefined): string =>
  `${score(value)}${interval ? ` (${score(interval.low)}–${score(interval.high)})` : ''}`;

const score = (value: number): string => (Number.isFinite(value) ? value.toFixed(3) : '–');

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
