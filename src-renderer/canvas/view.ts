/** How image pixels lie on the canvas, and which tiles of them can be seen. */

export interface View {
  /** CSS px an image px. */
  scale: number;
  /** CSS px of the image's upper left corner from the canvas's. */
  offsetX: number;
  offsetY: number;
  /** Size of the canvas in CSS px. */
  width: number;
  height: number;
}

export interface Size {
  width: number;
  height: number;
}

/** Corners in whole canvas pixels, so that neighbouring tiles meet without a seam. */
export interface Box {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

/** Place of a rectangle of image px (at full size) on a canvas of `pixelRatio` canvas px a CSS px. */
export function boxOnCanvas(
  view: View,
  pixelRatio: number,
  rect: { x: number; y: number; width: number; height: number },
): Box {
  const scale = view.scale * pixelRatio;
  const at = (offset: number, position: number) => Math.round(offset * pixelRatio + position * scale);
  return {
    x0: at(view.offsetX, rect.x),
    y0: at(view.offsetY, rect.y),
    x1: at(view.offsetX, rect.x + rect.width),
    y1: at(view.offsetY, rect.y + rect.height),
  };
}

/**
 * Level whose pixels are nearest to, but not coarser than, those of the canvas.
 * @param levels number of levels there are.
 */
export function levelForScale(scale: number, levels: number): number {
  const wanted = Math.floor(Math.log2(1 / scale) + 1e-6);
  return Math.max(0, Math.min(levels - 1, wanted));
}

export interface TileSpan {
  tx0: number;
  tx1: number;
  ty0: number;
  ty1: number;
}

/** Inclusive range of tiles of `side` image px (at full size) that a view shows; empty when tx1 < tx0 or ty1 < ty0. */
export function tilesInView(view: View, image: Size, side: number): TileSpan {
  const first = (offset: number) => Math.max(0, Math.floor(-offset / view.scale / side));
  const last = (offset: number, extent: number, size: number) =>
    Math.min(Math.ceil(size / side) - 1, Math.floor((extent - offset) / view.scale / side));
  return {
    tx0: first(view.offsetX),
    tx1: last(view.offsetX, view.width, image.width),
    ty0: first(view.offsetY),
    ty1: last(view.offsetY, view.height, image.height),
  };
}

/** Tiles of a range, those nearest the middle first. */
export function middleFirst({ tx0, tx1, ty0, ty1 }: TileSpan): { ty: number; tx: number }[] {
  const places: { ty: number; tx: number; far: number }[] = [];
  const [mx, my] = [(tx0 + tx1) / 2, (ty0 + ty1) / 2];
  for (let ty = ty0; ty <= ty1; ty++)
    for (let tx = tx0; tx <= tx1; tx++) places.push({ ty, tx, far: Math.hypot(tx - mx, ty - my) });
  return places.sort((a, b) => a.far - b.far).map(({ ty, tx }) => ({ ty, tx }));
}
