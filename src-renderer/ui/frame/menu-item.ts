import type { IconName } from '../icons.js';

/** A row of a menu. */
export type MenuItem =
  | { kind: 'heading'; label: string }
  | { kind: 'line' }
  | {
      kind: 'item';
      label: string;
      icon?: IconName;
      /** A choice of several: whether it is the one in force. */
      checked?: boolean;
      disabled?: boolean;
      danger?: boolean;
      keys?: string;
      run: () => void;
    };
