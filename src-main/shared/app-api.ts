/**
 * The contract between window and core: every call once. A connection is one window's session with at most one open project.
 */
import type { BatchApi } from './app-api-batch.js';
import type { LiveApi } from './app-api-live.js';
import type { PredictionsApi } from './app-api-predictions.js';
import type { ResultsApi } from './app-api-results.js';
import type { RepairApi } from './app-api-repair.js';
import type { TrainingApi, TrainingEvent } from './app-api-training.js';
import type { PackedOutlines } from './packed-outlines.js';
import type { Call } from './rpc.js';
import type { ClassInfo, PixelType, Split } from './model.js';

/** How far a person has come with an image; the first that holds. */
export const IMAGE_STATUSES = ['done', 'labelled', 'partly', 'predicted', 'empty'] as const;
export type ImageStatus = (typeof IMAGE_STATUSES)[number];

export interface AppInfo {
  version: string;
  host: 'electron' | 'web';
  /** `process.platform` of the machine. */
  platform: string;
  homeFolder: string;
  /** Folder that new projects are offered in. */
  documentsFolder: string;
}

/** What a person chose; unknown keys are kept. */
export interface Preferences {
  theme: 'system' | 'light' | 'dark';
  /** Command id → chord, only where it differs from the default. */
  keys: Record<string, string>;
  /** Layout and tool settings by name, as the window left them. */
  window: Record<string, number | string | boolean>;
}

export interface RecentProject {
  folder: string;
  name: string;
  /** ISO 8601. */
  openedAt: string;
  /** False when the folder is gone. */
  exists: boolean;
}

export interface ProjectState {
  /** Part of the URLs of this session's pixels; not guessable. */
  session: string;
  folder: string;
  name: string;
  access: 'write' | 'read';
  /** Why it is open for reading only, in one sentence; who holds it, when somebody does. */
  readOnlyReason: string | null;
  /** Whether opening again with `takeOver` would make it writable. */
  canTakeOver: boolean;
  classes: ClassInfo[];
  counts: ProjectCounts;
  history: HistoryState;
  /** To be said once: a network share, a restored backup, files that were found in another place. */
  notices: string[];
}

export interface ProjectCounts {
  images: number;
  byStatus: Record<ImageStatus, number>;
  bySplit: Record<Split | 'undecided', number>;
}

/** What undo and redo would do next; null: nothing. */
export interface HistoryState {
  undo: string | null;
  redo: string | null;
}

export interface ImageFilter {
  /** Part of the name or note, without regard to case. */
  search?: string;
  split?: Split | 'undecided';
  status?: ImageStatus;
  /** Only images with at least one pixel of this label value. */
  classValue?: number;
  group?: string;
}

export type ImageOrder = 'added' | 'name' | 'status';

/** A row of the image list. */
export interface ImageListRow {
  id: number;
  name: string;
  width: number;
  height: number;
  channels: number;
  type: PixelType;
  page: number;
  group: string;
  split: Split | null;
  status: ImageStatus;
  note: string;
  acquisition: string;
  pixelSizeUm: number | null;
  /** Pixels that carry a class. */
  labelledPixels: number;
  /** Changes whenever the thumbnail would; part of its URL. */
  thumbnailKey: string;
}

/** One image, opened in the editor. */
export interface OpenedImage extends ImageListRow {
  /** `changed`, `missing`: its labels are shown but not applied to other pixels; a sentence says what to do. */
  file: { state: 'present' | 'moved' | 'changed' | 'missing'; path: string; sentence: string | null };
  alpha: boolean;
  channelNames: string[] | null;
  /** Per colour channel (alpha left out): its range, 0.35–99.65 % percentiles, and a histogram over min … max. */
  display: { min: number; max: number; low: number; high: number; histogram: number[] }[];
  /** Reduced copies: level n is ceil(size / 2^n); levels − 1 fits in one tile. */
  levels: number;
  /** Images of the same file, in the order of their pages; ids. */
  pages: number[];
  maskVersion: number;
  history: HistoryState;
}

/** Stored form of one 512² tile of label values: raw deflate of the runs of `shared/mask.ts`; null: void everywhere. */
export interface StoredTile {
  ty: number;
  tx: number;
  bytes: Uint8Array | null;
}

/** Inclusive ranges of tile rows and columns. */
export interface TileRange {
  ty0: number;
  ty1: number;
  tx0: number;
  tx1: number;
}

export interface SavedEdit {
  /** Null when the tiles were what is stored, and nothing was recorded. */
  editId: number | null;
  version: number;
  history: HistoryState;
  labelledPixels: number;
  status: ImageStatus;
}

export interface AppliedEdit {
  title: string;
  version: number;
  tiles: StoredTile[];
  history: HistoryState;
  labelledPixels: number;
  status: ImageStatus;
}

export interface Progress {
  done: number;
  total: number;
  /** What is being worked on. */
  name: string;
}

/** What happened to one file; `reason` null: taken. */
export type FileOutcome = { name: string; reason: string | null };

export interface AddedImages {
  ids: number[];
  files: FileOutcome[];
  notes: string[];
  /** Folders given with the images that hold their labels, for `previewLabelImport`. */
  labelPaths: string[];
}

export interface FolderListing {
  folder: string;
  /** Null at the root. */
  parent: string | null;
  entries: { name: string; kind: 'folder' | 'file' | 'project' }[];
}

/** Label pictures found for images of the project, and the values in them. */
export interface LabelImportPreview {
  pairs: { imageId: number; image: string; file: string }[];
  unmatched: FileOutcome[];
  /** Values (or RGB colours, as `#rrggbb`) found, with the pixels that have them in the pairs that were looked at. */
  values: { value: string; pixels: number; suggestedClass: number | null }[];
}

export interface LabelImport {
  /** Files or folders. */
  paths: string[];
  /** Found value → label value of the project, 0 for void. */
  map: Record<string, number>;
  replace: boolean;
}

export const EXPORT_FORMATS = ['indexed-png', 'imagej', 'instances', 'overlay'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Pushed for as long as `events` runs. */
export type AppEvent =
  | { kind: 'project'; state: ProjectState }
  /** Rows that changed; null: the whole list. */
  | { kind: 'images'; ids: number[] | null }
  /** Another window changed an image's labels. */
  | { kind: 'mask'; imageId: number; version: number }
  /** This session may no longer write. */
  | { kind: 'access-lost'; sentence: string }
  | { kind: 'notice'; sentence: string }
  /** A training goes on; `run` is its number. See `trainingState` for a window that came later. */
  | { kind: 'training'; run: number; event: TrainingEvent }
  /** Runs, or batches, were added or changed, went on, or have ended. */
  | { kind: 'runs' }
  | { kind: 'batches' };

type Answer<Params, Result, Event = never> = (params: Params, call?: Call<Event>) => Promise<Result>;
type Nothing = Record<string, never>;

export interface AppApi extends TrainingApi, PredictionsApi, LiveApi, BatchApi, RepairApi, ResultsApi {
  appInfo: Answer<Nothing, AppInfo>;
  preferences: Answer<Nothing, Preferences>;
  setPreferences: Answer<Partial<Preferences>, Preferences>;
  recentProjects: Answer<Nothing, RecentProject[]>;
  forgetRecent: Answer<{ folder: string }, RecentProject[]>;
  /** For a window without native dialogs. */
  listFolder: Answer<{ folder: string | null }, FolderListing>;
  /** Ends only when its signal does. */
  events: Answer<Nothing, void, AppEvent>;

  /** `folder` gets the ending .brushfield if it has none; refused where something is there already. */
  createProject: Answer<{ folder: string; classes?: string[] }, ProjectState>;
  /** A project of our own sample pictures, made anew in the documents folder under a free name. */
  openSample: Answer<Nothing, ProjectState, Progress>;
  /** With `takeOver`, whoever holds the project may then only read. */
  openProject: Answer<{ folder: string; takeOver?: boolean }, ProjectState>;
  closeProject: Answer<Nothing, void>;
  undoProject: Answer<Nothing, ProjectState, Progress>;
  redoProject: Answer<Nothing, ProjectState, Progress>;

  /** Files and folders, folders with all that lies below; on abort nothing is added. */
  addImages: Answer<{ paths: string[] }, AddedImages, Progress>;
  /** Packed by `packIds`. */
  imageIds: Answer<{ filter: ImageFilter; order: ImageOrder }, Uint8Array>;
  /** At most 500 ids. Ids that are gone are left out. */
  imageRows: Answer<{ ids: number[] }, ImageListRow[]>;
  /** What the list shows of images at once, in the order of their ids: those above `after`, 5000 at most. */
  imageOutlines: Answer<{ after: number; limit: number }, PackedOutlines>;
  openImage: Answer<{ id: number }, OpenedImage>;
  /** Looks for moved files below a folder, by content. */
  relinkFolder: Answer<{ folder: string }, { found: number; missing: number }, Progress>;
  removeImages: Answer<{ ids: number[] }, ProjectState>;
  setSplit: Answer<{ ids: number[]; split: Split | null }, ProjectState>;
  /**
   * Seeded, by group, stratified; as the command line's `split`. With `together` (the default) images that look nearly
   * the same stay on one side; those that were never looked at are, which is what takes time.
   */
  splitImages: Answer<
    { val: number; test: number; seed: number; together?: boolean },
    ProjectState,
    Progress
  >;
  setGroup: Answer<{ ids: number[]; group: string }, ProjectState>;
  setNote: Answer<{ id: number; note: string; acquisition: string }, ProjectState>;
  markDone: Answer<{ ids: number[]; done: boolean }, ProjectState>;

  addClass: Answer<{ name: string; color?: string }, ProjectState>;
  changeClass: Answer<{ value: number; name?: string; color?: string }, ProjectState>;
  /** Its pixels become `replaceBy` (0: void). Values above it move down by one, pixels with them. */
  removeClass: Answer<{ value: number; replaceBy: number }, ProjectState, Progress>;
  /** The label values in their new order; pixels keep their class. */
  orderClasses: Answer<{ values: number[] }, ProjectState, Progress>;

  /** Tiles that exist in the range; at `level` > 0 of the label map reduced by 2^level. */
  loadTiles: Answer<
    { imageId: number; level: number; range: TileRange },
    { version: number; tiles: StoredTile[] }
  >;
  /**
   * One stroke or other edit, durable when answered. @throws AppError('changed') when `baseVersion` is not the
   * stored one, 'exists' when another session has taken the project over.
   */
  saveEdit: Answer<
    { imageId: number; title: string; author: 'person' | 'model'; baseVersion: number; tiles: StoredTile[] },
    SavedEdit
  >;
  /** Null: nothing to undo. */
  undo: Answer<{ imageId: number }, AppliedEdit | null>;
  redo: Answer<{ imageId: number }, AppliedEdit | null>;

  previewLabelImport: Answer<{ paths: string[] }, LabelImportPreview, Progress>;
  /** One undoable step of the project. */
  importLabels: Answer<LabelImport, { files: FileOutcome[]; state: ProjectState }, Progress>;
  /** `ids` null: all that are labelled. Nothing is overwritten unless asked. */
  exportLabels: Answer<
    { format: ExportFormat; folder: string; ids: number[] | null; overwrite: boolean },
    { files: FileOutcome[]; folder: string },
    Progress
  >;
}
