/** Every wrong use and bad input: one clear sentence, the right exit code, and nothing changed on disk. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../store/temporary-store.js';
import { brushfield, contentsOf } from './built-cli.js';
import { projectContentsOf } from './project-contents.js';
import { suiteFolder } from './suite-folder.js';
import { succeed, tinyProject } from './tiny-project.js';

const folder = suiteFolder();

beforeAll(async () => {
  await tinyProject(folder, 2);
  await succeed('new', join(folder, 'empty.brushfield'));
  await succeed('new', join(folder, 'one-class.brushfield'), '--classes', 'disc');
  await succeed(
    ...['import', join(folder, 'one-class.brushfield'), join(folder, 'images')],
    ...['--labels', join(folder, 'labels'), '--map', '0=void,255=disc'],
  );
  await succeed('new', join(folder, 'unlabelled.brushfield'), '--classes', 'a,b');
  await succeed('import', join(folder, 'unlabelled.brushfield'), join(folder, 'images'));
  mkdirSync(join(folder, 'nothing'));
  mkdirSync(join(folder, 'damaged.brushfield'));
  writeFileSync(join(folder, 'damaged.brushfield', 'project.sqlite'), 'not a database at all'.repeat(20));
  writeFileSync(join(folder, 'text.h5'), 'no weights');
  writeFileSync(join(folder, 'text.png'), 'no picture');
  writeFileSync(join(folder, 'empty.txt'), '# no file\n');
});

/** Arguments, exit code, and what the sentence must say. */
const CASES: [string, number, RegExp][] = [
  ['', 2, /No command.*--help/],
  ['trian discs.brushfield', 2, /no command "trian".*did you mean train\?/],
  ['--nonsense', 2, /no option --nonsense/],
  ['new', 2, /PROJECT is missing/],
  ['new discs', 2, /ends in \.brushfield; try "discs\.brushfield"/],
  ['new discs.brushfield', 1, /already exists/],
  ['new nowhere/x.brushfield', 1, /no folder/],
  ['new x.brushfield --classes a,a', 1, /already a class named "a"/],
  ['new x.brushfield --classes a,,b', 2, /cannot be the name of a class/],
  ['new x.brushfield y.brushfield', 2, /[Tt]oo many arguments/],
  ['import discs.brushfield', 2, /PATHS is missing/],
  ['import discs images', 1, /did you mean "discs\.brushfield"\?/],
  ['import discs.brushfield nowhere', 1, /nowhere/],
  ['import discs.brushfield nothing', 1, /no image/i],
  ['import discs.brushfield text.png', 1, /text\.png.*no PNG, JPEG, TIFF, BMP, GIF or WebP/],
  ['import discs.brushfield images --labels nowhere', 1, /nowhere/],
  ['import discs.brushfield images --labels nothing', 1, /nothing/],
  ['import discs.brushfield images --labels labels --map 0=a,b', 2, /"b".*VALUE=CLASS/],
  ['import discs.brushfield images --labels labels --map 0-300=a,255=b', 2, /gives the value 255 to two/],
  ['import discs.brushfield images --split training', 2, /train, val, test.*"training"/],
  ['import discs.brushfield images --format xyz', 2, /xyz/],
  ['import discs.brushfield images --group-by (', 2, /regular expression/],
  ['import discs.brushfield images --lables labels', 2, /did you mean --labels\?/],
  ['split discs.brushfield --val 1.5', 2, /--val must be a number from 0/],
  ['split discs.brushfield --val 0.6 --test 0.6', 2, /no image to train on/],
  ['split discs.brushfield --seed x', 2, /--seed must be a whole number.*"x"/],
  ['split discs.brushfield --by tile', 2, /image, group.*"tile"/],
  ['info', 2, /PROJECT is missing/],
  ['info nowhere', 1, /no project or model "nowhere"/],
  ['info damaged.brushfield', 1, /not a Brushfield project or is damaged/],
  ['info discs.brushfield:no-such-run', 1, /no run "no-such-run"/],
  ['info images', 1, /neither a project nor/],
  ['train', 2, /PROJECT is missing/],
  ['train nowhere.brushfield', 1, /no project "nowhere\.brushfield"/],
  ['train empty.brushfield', 1, /has no images yet/],
  ['train unlabelled.brushfield', 1, /No pixel of the 2 images is labelled/],
  ['train one-class.brushfield', 1, /Only disc is labelled/],
  ['train discs.brushfield --network unet-huge', 2, /unet-quick.*"unet-huge"/],
  ['train discs.brushfield --batch 0', 2, /batch must be a whole number from 1 to 256/],
  ['train discs.brushfield --lr fast', 2, /lr must be a number.*"fast"/],
  ['train discs.brushfield --minutes -1', 2, /minutes must be a number from 0/],
  ['train discs.brushfield --size 100', 2, /multiple of 32/],
  ['train discs.brushfield --epoch 3', 2, /did you mean --epochs\?/],
  ['train discs.brushfield --epochs', 2, /--epochs <N> needs a value/],
  ['train discs.brushfield --set elastics=2', 2, /no setting "elastics"; did you mean "elastic"\?/],
  ['train discs.brushfield --set elastic', 2, /NAME=VALUE/],
  ['train discs.brushfield --batch 4 --set batch=8', 2, /given as 4 and as 8/],
  ['train discs.brushfield --set classWeights=high', 2, /none, frequency or numbers/],
  ['train discs.brushfield --weights nowhere.h5', 1, /no weights file nowhere\.h5/],
  ['train discs.brushfield --weights text.h5', 1, /text\.h5 is damaged or no HDF5/],
  ['train discs.brushfield --weights imagenet', 2, /add --network unet-mobilenet/],
  [
    'train discs.brushfield --weights imagenet --network unet-mobilenet',
    1,
    /mobilenet_1_0_224_tf_no_top\.h5.*brushfield weights add/,
  ],
  ['train discs.brushfield --from no-such-run', 1, /no run "no-such-run"/],
  ['train discs.brushfield --resume no-such-run', 1, /no run "no-such-run"/],
  ['train discs.brushfield --resume last', 1, /no run to resume/],
  ['train discs.brushfield --resume last --weights text.h5', 2, /leave out --weights/],
  ['evaluate discs.brushfield', 1, /no trained model yet/],
  ['evaluate discs.brushfield --split train', 2, /val, test.*"train"/],
  ['evaluate discs.brushfield --images images', 2, /give both/],
  ['evaluate discs.brushfield --split val --images images --labels labels', 2, /give one of them/],
  ['segment discs.brushfield', 2, /--input <path> must be given/],
  ['segment discs.brushfield --input images', 2, /--output <folder> must be given/],
  ['segment discs.brushfield --input images --output out', 1, /no trained model yet/],
  ['segment model.brushmodel --input images --output out', 1, /single-file model/],
  ['segment text.png --input images --output out', 1, /is a file; name a project/],
  [
    'segment discs.brushfield --input images --output out --tile 7',
    2,
    /--tile must be a whole number from 32/,
  ],
  ['segment discs.brushfield --input images --output out --device tpu', 2, /auto, cpu, gpu.*"tpu"/],
  ['export discs.brushfield --output x.h5', 2, /--format <format> must be given/],
  ['export discs.brushfield --format tflite --output x.tflite', 2, /onnx, keras-h5.*"tflite"/],
  ['export discs.brushfield --format onnx --output x.onnx', 1, /no trained model yet/],
  ['export discs.brushfield --format keras-h5 --output x.h5', 1, /no trained model yet/],
  ['weights', 2, /No command.*weights --help/],
  ['weights lst', 2, /no command "lst".*did you mean list\?/],
  ['weights add', 2, /FILE is missing/],
  ['weights add nowhere.h5', 1, /no file nowhere\.h5/],
  ['weights add text.h5', 1, /text\.h5 is damaged or no HDF5/],
  ['weights add images', 1, /images is no weights file/],
  ['demo --labels labels', 2, /go with --images/],
  ['demo --minutes soon', 2, /minutes must be a number.*"soon"/],
  ['demo --output images', 1, /not empty/],
  ['bench no-such-benchmark', 2, /no benchmark "no-such-benchmark"/],
];

describe('wrong use', () => {
  it.each(CASES)('"%s" ends with code %i and one sentence', async (line, code, sentence) => {
    const before = projectContentsOf(folder);
    const data = temporaryFolder();
    const args = line.split(' ').filter(Boolean);
    const result = await brushfield(args, { cwd: folder, env: { XDG_DATA_HOME: data } });

    const lines = result.stderr
      .trimEnd()
      .split('\n')
      .filter((text) => !text.startsWith('Warning: '));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(sentence);
    expect(lines[0]).toMatch(/[.?]$/);
    expect(result.stderr).not.toMatch(/^\s+at /m);
    expect(result.stderr).not.toMatch(/bug/);
    expect(result.stdout).toBe('');
    expect(result.code).toBe(code);
    expect(projectContentsOf(folder)).toEqual(before);
    expect(contentsOf(data)).toEqual({});
  });
});

describe('help', () => {
  const COMMANDS = 'new import split info train evaluate segment export weights demo bench doctor'.split(' ');

  it.each(COMMANDS)('of %s is printed to stdout with examples', async (command) => {
    const { code, stdout, stderr } = await brushfield([command, '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^Usage: brushfield ${command}`));
    expect(stdout).toMatch(/Examples:\n {2}brushfield /);
  });

  it('of train lists every setting with its range and default', async () => {
    const { code, stdout } = await brushfield(['train', '--help', 'settings']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/batch +whole number 1 … 256; default 8 \(unet-mini: 4, unet-mobilenet: 4\)/);
    expect(stdout).toMatch(/flipHorizontal +on or off; default on/);
  });

  it('says the version that package.json has', async () => {
    const { stdout } = await brushfield(['--version']);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
