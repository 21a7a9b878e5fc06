/** Values of options, checked when the command line is read. */
import { AppError } from '../../shared/errors.js';

/** For commander's `option(…, parse)`: one of a fixed list. */
export const oneOf =
  <T extends string>(option: string, choices: readonly T[]) =>
  (value: string): T => {
    const found = choices.find((choice) => choice === value);
    if (found === undefined)
      throw new AppError('usage', `${option} must be one of ${choices.join(', ')}, and "${value}" is not.`);
    return found;
  };

export interface NumberRange {
  min: number;
  max: number;
  integer?: boolean;
}

/** A number in a range. */
export const numberIn =
  (option: string, { min, max, integer = false }: NumberRange) =>
  (value: string): number => {
    const number = value.trim() === '' ? NaN : Number(value);
    if (!Number.isFinite(number) || number < min || number > max || (integer && !Number.isInteger(number)))
      throw new AppError(
        'usage',
        `${option} must be a ${integer ? 'whole number' : 'number'} from ${min} to ${max}, and "${value}" is not.`,
      );
    return number;
  };

/** Gathers a repeatable option. */
export const collect = (value: string, before: string[] = []): string[] => [...before, value];

export const DEVICES = ['auto', 'cpu', 'gpu'] as const;
