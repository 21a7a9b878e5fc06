/** Pixels of a picture by sharp, which the program itself does not use for PNG. */
import sharp from 'sharp';

/** One channel, 8 bit, row by row. */
export async function decodePicture(
  path: string,
): Promise<{ width: number; height: number; data: Uint8Array }> {
  const { data, info } = await sharp(path).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
  if (info.channels !== 1) throw new Error(`${path} has ${info.channels} channels`);
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
}
