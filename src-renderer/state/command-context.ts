/** What the commands of `editor/commands.ts` act on in this window; without a project they find nothing to do. */
import type { CommandContext, MaskChange } from '../editor/commands.js';
import { INITIAL_TOOL_STATE, ownClass } from '../editor/tool-state.js';
import { strings } from '../strings.js';
import type { AppState } from './app.svelte.js';

export function commandContext(app: AppState): CommandContext {
  const project = () => app.project;
  const editing = () => app.project?.editing;
  const editor = () => app.project?.editing.editor;
  const viewing = () => app.project?.editing.viewing;
  return {
    get toolState() {
      return project()?.tools.state ?? INITIAL_TOOL_STATE;
    },
    set toolState(state) {
      project()?.tools.change(() => state);
    },
    get classCount() {
      return project()?.classes.length ?? 0;
    },
    get canPaint() {
      return editor()?.writable ?? false;
    },
    get hasImage() {
      return Boolean(editor());
    },
    get hasProject() {
      return project() !== null;
    },
    get toolActive() {
      return editor()?.busy ?? false;
    },
    get history() {
      return historyOf(app);
    },
    get hasPrediction() {
      const modelling = project()?.modelling;
      const image = editor()?.image.id;
      return Boolean(modelling?.predictions.info ?? (image !== undefined && modelling?.live.has(image)));
    },
    get canTrain() {
      const open = project();
      return open !== null && !open.readOnly && !open.modelling.training.busy;
    },
    get stepping() {
      const open = project();
      return Boolean(open?.changing ?? open?.editing.steps.pending);
    },
    undo: () => step(app, 'undo'),
    redo: () => step(app, 'redo'),
    confirmTool: () => editor()?.send({ kind: 'confirm' }),
    cancelTool: () => void editor()?.abort(),
    takeBackTool: () => editor()?.send({ kind: 'back' }),
    pickClass() {
      const value = viewing()?.cursor?.classValue;
      const open = project();
      if (open && value !== undefined) open.tools.classValue = value;
    },
    goToImage: (step) => project()?.images.step(step),
    zoomStep: (direction) => viewing()?.zoomStep(direction),
    zoomTo: (zoom) => (zoom === 'fit' ? viewing()?.fit() : viewing()?.zoomTo(zoom)),
    panStep: (columns, rows) => viewing()?.panStep(columns, rows),
    holdPan(on) {
      const view = viewing();
      if (view) view.panHeld = on;
    },
    toggleLabels() {
      const view = editing()?.viewing;
      if (view) view.labelsShown = !view.labelsShown;
    },
    togglePrediction() {
      const predictions = project()?.modelling.predictions;
      if (predictions) predictions.shown = !predictions.shown;
    },
    toggleSuggestions: () => project()?.modelling.live.toggle(),
    smartFill() {
      const at = viewing()?.cursor;
      if (at) void project()?.modelling.acceptObject(at);
    },
    train() {
      // The panel says what will happen, and what is missing.
      app.panel = 'train';
      void project()?.modelling.training.startWhenReady();
    },
    openPalette: () => app.dialogs.show({ kind: 'palette' }),
    openShortcuts: () => app.dialogs.show({ kind: 'shortcuts' }),
    changeMask: (change) => changeMask(app, change),
  };
}

/** Of the project or the image that are open now, also when its turn comes after another was opened. */
function step({ project }: AppState, way: 'undo' | 'redo'): void {
  const editor = project?.editing.editor;
  // In the middle of something, that is what is taken back.
  if (!project || editor?.abort()) return;
  project.editing.steps.add(async () => {
    await project.changing;
    if (way === 'undo' && undoesProject({ project })) return project.undoProject();
    if (way === 'redo' && redoesProject({ project })) return project.redoProject();
    await editor?.[way]();
  });
}

const undoesProject = ({ project }: Pick<AppState, 'project'>): boolean =>
  project?.newest === 'project' && project.state.history.undo !== null && !project.readOnly;

const redoesProject = ({ project }: Pick<AppState, 'project'>): boolean =>
  project?.newest === 'undone' && project.state.history.redo !== null && !project.readOnly;

/** Titles of what Ctrl+Z and Ctrl+Shift+Z would do: of the project right after it was changed, else of the image. */
export function historyOf(app: AppState): { undo: string | null; redo: string | null } {
  const ofImage = app.project?.editing.editor?.history;
  const ofProject = app.project?.state.history;
  return {
    undo: (undoesProject(app) ? ofProject?.undo : ofImage?.undo) ?? null,
    redo: (redoesProject(app) ? ofProject?.redo : ofImage?.redo) ?? null,
  };
}

/** In the whole image, by the sizes of the panel; a replaced class becomes the one chosen before it. */
function changeMask(app: AppState, change: MaskChange): void {
  const { project } = app;
  const editing = project?.editing;
  const regions = editing?.editor?.regions;
  if (!project || !editing || !regions) return;
  const { state } = project.tools;
  const { regionPx: radiusPx, speckPixels: minPixels } = editing;
  const title = strings.changeLabels[change];
  const begin = () => {
    if (change === 'clear-class') regions.mapLabels(title, replacing(ownClass(state), 0));
    else if (change === 'replace-class')
      regions.mapLabels(title, replacing(ownClass(state), state.lastClassValue));
    else if (change === 'fill-holes') regions.reshape(title, { kind: change });
    else if (change === 'remove-specks') regions.reshape(title, { kind: change, minPixels, connectivity: 8 });
    else regions.reshape(title, { kind: change, radiusPx });
  };
  // Asked for twice, or right after an undo, it begins with what the one before has made.
  editing.steps.add(async () => {
    await regions.busy;
    begin();
    await regions.busy;
  });
}

/** Every label as it is, but `from` as `to`. */
export const replacing = (from: number, to: number): Uint8Array =>
  Uint8Array.from({ length: 256 }, (_, value) => (value === from ? to : value));
