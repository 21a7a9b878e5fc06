import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../src-main/pixels/decode.js';
import { autoWindow, displayPicture } from '../../src-main/pixels/display.js';
import { composeOverlay } from '../../src-main/pixels/overlay.js';
import { makeThumbnail } from '../../src-main/pixels/thumbnail.js';
import type { PixelImage } from '../../src-main/shared/model.js';

const classes = [
  { value: 1, name: 'background', color: '#0000ff' },
  { value: 2, name: 'nucleus', color: '#ff8000' },
];
const flat = (width: number, height: number, grey: number): PixelImage => ({
  width,
  height,
  channels: 1,
  alpha: false,
  type: 'uint8',
  data: new Uint8Array(width * height).fill(grey),
});

describe('an overlay', () => {
  // A square of nucleus in background, with a void column at the right.
  const data = new Uint8Array(64).fill(1);
  for (let y = 2; y < 6; y++) data.fill(2, y * 8 + 2, y * 8 + 6);
  for (let y = 0; y < 8; y++) data[y * 8 + 7] = 0;
  const labels = { width: 8, height: 8, data };
  const at = (rgb: Uint8Array, x: number, y: number) => [
    ...rgb.subarray((y * 8 + x) * 3, (y * 8 + x) * 3 + 3),
  ];

  it('tints regions, draws their edges in the pure colour and leaves void and hidden classes untouched', () => {
    const { data: rgb } = composeOverlay({
      image: flat(8, 8, 100),
      labels,
      classes,
      opacity: 0.5,
      hidden: [1],
    });
    expect(at(rgb, 2, 2)).toEqual([255, 128, 0]);
    expect(at(rgb, 3, 3)).toEqual([178, 114, 50]);
    expect(at(rgb, 0, 0)).toEqual([100, 100, 100]);
    expect(at(rgb, 7, 3)).toEqual([100, 100, 100]);
  });

  it('without outline only tints', () => {
    const { data: rgb } = composeOverlay({ image: flat(8, 8, 0), labels, classes, opacity: 1, outlinePx: 0 });
    expect([at(rgb, 2, 2), at(rgb, 0, 0), at(rgb, 7, 0)]).toEqual([
      [255, 128, 0],
      [0, 0, 255],
      [0, 0, 0],
    ]);
  });

  it('of labels of another size is refused', () => {
    expect(() => composeOverlay({ image: flat(9, 8, 0), labels, classes })).toThrow('must be equal');
  });
});

describe('a display window', () => {
  const deep: PixelImage = {
    ...flat(100, 100, 0),
    type: 'uint16',
    data: Uint16Array.from({ length: 10_000 }, (_, i) => 1000 + i),
  };

  it('runs from the 0.35th to the 99.65th percentile', () => {
    expect(autoWindow(deep, 0)).toEqual({ low: 1035, high: 10_964 });
    const { data } = displayPicture(deep);
    expect([data[0], data[35], data[5000], data[9999]]).toEqual([0, 0, 128, 255]);
  });

  it('shows not-a-number as black and a flat image without dividing by zero', () => {
    const image: PixelImage = { ...flat(2, 1, 0), type: 'float32', data: Float32Array.from([NaN, 3]) };
    expect([...displayPicture(image).data]).toEqual([0, 0]);
  });

  it('leaves 8-bit pictures as they are and drops alpha', () => {
    const image: PixelImage = { ...flat(1, 1, 0), channels: 4, alpha: true, data: Uint8Array.of(9, 8, 7, 0) };
    expect(displayPicture(image)).toEqual({ width: 1, height: 1, channels: 3, data: Uint8Array.of(9, 8, 7) });
  });
});

describe('a thumbnail', () => {
  it('fits into its square and keeps the proportions', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'brushfield-test-')), 'thumbnail.png');
    await writeFile(path, await makeThumbnail(flat(300, 150, 90), 64));
    const image = await decodeImage(path);
    expect([image.width, image.height]).toEqual([64, 32]);
  });

  it('shows a dark grey picture through its window, and colours as they are', async () => {
    const dark = {
      ...flat(256, 2, 0),
      data: Uint8Array.from({ length: 512 }, (_, i) => (i % 256 < 128 ? 3 : 9)),
    };
    const path = join(await mkdtemp(join(tmpdir(), 'brushfield-test-')), 'thumbnail.png');
    await writeFile(path, await makeThumbnail(dark, 256));
    const grey = await decodeImage(path);
    expect([grey.data[0], grey.data[255 * grey.channels]]).toEqual([0, 255]);
    await writeFile(
      path,
      await makeThumbnail({ ...flat(2, 1, 0), channels: 3, data: Uint8Array.of(3, 4, 5, 9, 8, 7) }, 256),
    );
    expect([...(await decodeImage(path)).data]).toEqual([3, 4, 5, 9, 8, 7]);
  });
});
