/** An image file from opening to closing: its format by its content, and its errors as sentences that name it. */
import { basename } from 'node:path';
import { AppError } from '../shared/errors.js';
import { FileBytes } from './file-bytes.js';
import { DamagedImage, OverLimit, UnsupportedFeature } from './refusal.js';

export type Format = 'png' | 'jpeg' | 'bmp' | 'tiff' | 'gif' | 'webp';

/** @throws UnsupportedFeature for formats that we know and do not read, DamagedImage for anything else. */
export async function formatOf(bytes: FileBytes): Promise<Format> {
  if (bytes.size === 0) throw new DamagedImage('it is empty');
  const head = await bytes.read(0, Math.min(16, bytes.size));
  const text = head.toString('latin1');
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (text.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (/^(II[*+]\0|MM\0[*+])/.test(text)) return 'tiff';
  if (text.startsWith('BM')) return 'bmp';
  if (/^GIF8[79]a/.test(text)) return 'gif';
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return 'webp';
  const known = knownElsewhere(text);
  if (known) throw new UnsupportedFeature(known);
  throw new DamagedImage('its content is no PNG, JPEG, TIFF, BMP, GIF or WebP');
}

function knownElsewhere(text: string): string | null {
  if (text.startsWith('\x89HDF')) return 'the HDF5 format';
  if (text.startsWith('ZISRAWFILE')) return 'the CZI format';
  if (text.startsWith('8BPS')) return 'the Photoshop format';
  if (text.slice(4, 8) === 'ftyp') return 'the HEIF or AVIF format';
  if (text.startsWith('\xda\xce\xbe\x0a')) return 'the ND2 format';
  if (text.startsWith('\0\0\0\x0cjP')) return 'the JPEG 2000 format';
  return null;
}

/** For who reads it over a longer time, and closes it. @throws AppError */
export async function openImageFile(path: string): Promise<FileBytes> {
  try {
    return await FileBytes.open(path);
  } catch (error) {
    throw namedError(path, error);
  }
}

/** Opens, runs, closes, and turns what decoders throw into one sentence that names the file. */
export async function withImageFile<T>(path: string, body: (bytes: FileBytes) => Promise<T>): Promise<T> {
  let bytes: FileBytes | undefined;
  try {
    bytes = await FileBytes.open(path);
    return await body(bytes);
  } catch (error) {
    throw namedError(path, error);
  } finally {
    await bytes?.close();
  }
}

/** What was thrown while the file was read, for a person where a person can do something. */
export function namedError(path: string, error: unknown): unknown {
  if (error instanceof AppError) return error;
  const name = basename(path);
  if (error instanceof UnsupportedFeature)
    return new AppError(
      'unsupported-image',
      `${name} uses ${error.message}, which is not supported; save it as PNG or as TIFF without compression.`,
      { cause: error },
    );
  if (error instanceof OverLimit)
    return new AppError('too-large', `${name} has ${error.message}; cut it into parts first.`, {
      cause: error,
    });
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EIO' || code === 'EMFILE' || code === 'ENOSPC')
    return new AppError('disk', `${name} could not be read from the disk (${code}).`, { cause: error });
  // Whatever else a codec throws on a file's bytes means that they are not what the format says.
  const reason = error instanceof DamagedImage ? error.message : `its data are damaged (${firstLine(error)})`;
  return new AppError('unreadable-image', `${name} cannot be read: ${reason}.`, { cause: error });
}

const firstLine = (error: unknown): string =>
  String(error instanceof Error ? error.message : error)
    .split('\n', 1)[0]!
    .replace(/\.$/, '');
