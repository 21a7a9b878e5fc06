/** Which dialogs are open: a stack, since a folder may be looked for from within another dialog. */
import type { PickKind } from '../../src-main/shared/host-api.js';
import type { FileOutcome, LabelImportPreview } from '../../src-main/shared/app-api.js';

/** Images to add: by their paths, or as dropped files whose paths a page cannot see. */
export type ImageSource = { paths: string[] } | { files: File[]; labels: readonly LabelSource[] };

/** Label pictures of a dropped folder that holds images and labels. */
export interface LabelSource {
  kind: 'labels' | 'masks';
  files: File[];
}

/** What a person is asked to choose in the window's own folder browser. */
export interface BrowseRequest {
  title: string;
  wanted: PickKind;
  folder: string | null;
}

export type Dialog =
  /** `images`: what the new project starts with. */
  | { kind: 'new-project'; images: ImageSource | null }
  | { kind: 'browse'; request: BrowseRequest; answer: (paths: string[] | null) => void }
  | {
      kind: 'results';
      title: string;
      summary: string;
      files: readonly FileOutcome[];
      notes: readonly string[];
    }
  | { kind: 'import-labels'; paths: string[]; preview: LabelImportPreview }
  | { kind: 'export-labels'; ids: number[] | null }
  | { kind: 'split' }
  | { kind: 'take-over' }
  /** Checks the project of this folder, which no window has open, and mends it. */
  | { kind: 'repair'; folder: string }
  | { kind: 'remove-class'; value: number }
  | { kind: 'group'; ids: number[]; group: string }
  /** One trained model in full, or two side by side. */
  | { kind: 'runs'; ids: readonly number[] }
  | { kind: 'shortcuts' }
  | { kind: 'palette' };

export type DialogOf<Kind extends Dialog['kind']> = Extract<Dialog, { kind: Kind }>;

export class Dialogs {
  open = $state.raw<readonly Dialog[]>([]);

  show(dialog: Dialog): void {
    // The palette is a way to something else, never a place to stay.
    this.open = [
      ...this.open.filter((other) => other.kind !== 'palette' && other.kind !== dialog.kind),
      dialog,
    ];
  }

  close(dialog: Dialog): void {
    if (!this.open.includes(dialog)) return;
    this.open = this.open.filter((other) => other !== dialog);
    if (dialog.kind === 'browse') dialog.answer(null);
  }

  closeAll(): void {
    for (const dialog of this.open) this.close(dialog);
  }

  /** Asks for a folder or files; null when it was cancelled. */
  browse(request: BrowseRequest): Promise<string[] | null> {
    return new Promise((resolve) => this.show({ kind: 'browse', request, answer: resolve }));
  }
}
