/** The chosen tool, class and sizes, which stay as they are from image to image. */
import { INITIAL_TOOL_STATE, chooseClass, type ToolState } from '../editor/tool-state.js';

export class Tools {
  state: ToolState = $state.raw(INITIAL_TOOL_STATE);

  /** @param change A function of `editor/tool-state.ts`. */
  change(change: (state: ToolState) => ToolState): void {
    this.state = change(this.state);
  }

  set(values: Partial<ToolState>): void {
    this.state = { ...this.state, ...values };
  }

  get classValue(): number {
    return this.state.classValue;
  }

  set classValue(value: number) {
    this.change((state) => chooseClass(state, value));
  }
}
