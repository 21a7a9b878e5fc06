/** Runs one tool at a time: starts it at a press, hands it events, shows what it gives, and ends it at Escape. */
import type { MaskEditor } from './mask-editor.js';
import { hoverPreview, TOOLS } from './tools.js';
import type { PointerEvent, Preview, Tool, ToolEvent, ToolHost } from './tool-events.js';

export interface ToolRunnerOptions {
  host: ToolHost;
  onPreview: (preview: Preview | null) => void;
  /** While an undo is under way: presses wait for it, so that none is lost. See `EditHistory.applying`. */
  blocked?: () => Promise<unknown> | null;
  tools?: Readonly<Record<string, Tool>>;
}

export class ToolRunner {
  private running: Generator<Preview | null, void, ToolEvent> | null = null;
  private held: ToolEvent[] | null = null;
  /** Events that came while the tool was at work on another, as an answer given at once. */
  private readonly early: ToolEvent[] = [];
  private advancing = false;

  constructor(private readonly options: ToolRunnerOptions) {}

  /** Whether a tool is in the middle of something. */
  get active(): boolean {
    return this.running !== null || this.held !== null;
  }

  /** @throws what a tool threw; its change was put back. */
  send(event: ToolEvent): void {
    if (this.held) this.held.push(event);
    else if (this.advancing) this.early.push(event);
    else if (this.running) this.advance(() => this.running!.next(event));
    else if (event.kind === 'press') this.start(event);
    else if (event.kind === 'move') this.options.onPreview(hoverPreview(event, this.options.host.state));
  }

  /** Escape: the tool ends and everything is as before its press. @returns whether there was something to end. */
  abort(): boolean {
    const was = this.active;
    this.held = null;
    const running = this.running;
    this.running = null;
    running?.return();
    if (was) this.options.onPreview(null);
    return was;
  }

  private start(press: PointerEvent): void {
    const waitFor = this.options.blocked?.();
    if (waitFor) {
      const held: ToolEvent[] = [press];
      this.held = held;
      const resume = () => {
        // An abort meanwhile dropped them.
        if (this.held !== held) return;
        this.held = null;
        for (const event of held) this.send(event);
      };
      waitFor.then(resume, resume);
      return;
    }
    const { host, tools = TOOLS } = this.options;
    const tool = tools[host.state.tool];
    if (!tool) throw new Error(`there is no tool ${host.state.tool}`);
    const running = tool(press, host);
    this.running = running;
    this.advance(() => running.next());
  }

  private advance(next: () => IteratorResult<Preview | null, void>): void {
    this.advancing = true;
    try {
      const { done, value } = next();
      if (done) this.running = null;
      this.options.onPreview(value ?? null);
    } catch (error) {
      this.running = null;
      this.early.length = 0;
      abandon(this.options.host.editor);
      this.options.onPreview(null);
      throw error;
    } finally {
      this.advancing = false;
    }
    for (let event = this.early.shift(); event; event = this.early.shift())
      if (this.running) this.send(event);
  }
}

/** A tool that failed has put its change back by its `finally`; one that failed outside of it has not. */
function abandon(editor: MaskEditor): void {
  if (editor.painting) editor.abort();
}
