/** The calls of the core that editing needs, over one image in memory, with faults on demand. */
import type { AppliedEdit, SavedEdit, StoredTile } from '../../src-main/shared/app-api.js';
import { AppError } from '../../src-main/shared/errors.js';
import type { EditService } from '../../src-renderer/editor/history.js';

type Fault = 'refuse' | 'lose-answer' | null;
interface Step {
  title: string;
  before: StoredTile[];
  after: StoredTile[];
}

export class StoredLabels implements EditService {
  version = 0;
  readonly tiles = new Map<string, StoredTile>();
  readonly titles: string[] = [];
  private readonly done: Step[] = [];
  private readonly undone: Step[] = [];
  private inFlight = 0;
  mostInFlight = 0;
  /** What happens to each coming call in turn. */
  faults: Fault[] = [];
  /** Calls wait for it before they are answered. */
  gate: Promise<void> = Promise.resolve();

  /** @returns what lets the calls go on that come from now on. */
  hold(): () => void {
    let open = () => {};
    this.gate = new Promise((resolve) => (open = resolve));
    return open;
  }

  async saveEdit({ title, baseVersion, tiles }: Parameters<EditService['saveEdit']>[0]): Promise<SavedEdit> {
    return this.faulty(() => {
      if (baseVersion !== this.version) throw new AppError('changed', 'These labels have changed.');
      const before = tiles.map(({ ty, tx }) => this.tiles.get(`${ty},${tx}`) ?? { ty, tx, bytes: null });
      this.put(tiles);
      this.done.push({ title, before, after: tiles });
      this.undone.length = 0;
      this.titles.push(title);
      return { editId: this.done.length, ...this.state() };
    });
  }

  undo(): Promise<AppliedEdit | null> {
    return this.move(this.done, this.undone, 'before');
  }

  redo(): Promise<AppliedEdit | null> {
    return this.move(this.undone, this.done, 'after');
  }

  async loadTiles({ range }: Parameters<EditService['loadTiles']>[0]) {
    return this.faulty(() => ({
      version: this.version,
      tiles: [...this.tiles.values()].filter(
        ({ ty, tx }) => ty >= range.ty0 && ty <= range.ty1 && tx >= range.tx0 && tx <= range.tx1,
      ),
    }));
  }

  private move(from: Step[], to: Step[], side: 'before' | 'after'): Promise<AppliedEdit | null> {
    return this.faulty(() => {
      const step = from.pop();
      if (!step) return null;
      to.push(step);
      this.put(step[side]);
      return { title: step.title, tiles: step[side], ...this.state() };
    });
  }

  private put(tiles: readonly StoredTile[]): void {
    this.version++;
    for (const tile of tiles)
      if (tile.bytes) this.tiles.set(`${tile.ty},${tile.tx}`, tile);
      else this.tiles.delete(`${tile.ty},${tile.tx}`);
  }

  private state() {
    const history = { undo: this.done.at(-1)?.title ?? null, redo: this.undone.at(-1)?.title ?? null };
    return { version: this.version, history, labelledPixels: 0, status: 'partly' as const };
  }

  private async faulty<T>(call: () => T): Promise<T> {
    this.mostInFlight = Math.max(this.mostInFlight, ++this.inFlight);
    await new Promise((resolve) => setImmediate(resolve));
    await this.gate;
    this.inFlight--;
    const fault = this.faults.shift() ?? null;
    if (fault === 'refuse') throw new AppError('disk', 'The disk is full; make space.');
    const answer = call();
    if (fault === 'lose-answer') throw new Error('connection lost');
    return answer;
  }
}
