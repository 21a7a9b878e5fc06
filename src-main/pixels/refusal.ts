/** How decoders say no; `decode.ts` turns either into a sentence that names the file. */

/** The file breaks its own format: truncated, contradictory or pointing outside itself. */
export class DamagedImage extends Error {
  override readonly name = 'DamagedImage';
}

/** The file is valid but uses a feature we refuse rather than guess. The message names the feature. */
export class UnsupportedFeature extends Error {
  override readonly name = 'UnsupportedFeature';
}

/** The file is over a stated limit. The message states size and limit. */
export class OverLimit extends Error {
  override readonly name = 'OverLimit';
}
