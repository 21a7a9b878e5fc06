/** How the samples of one image are shown: a window and a colour for each channel. */
import type { OpenedImage } from '../../src-main/shared/app-api.js';
import {
  colorMapper,
  defaultColors,
  shownAtFirst,
  type ChannelDisplay,
  type ToColors,
} from '../editor/display.js';
import type { ChannelRange } from '../editor/pixel-window.js';

export class Display {
  channels: readonly ChannelDisplay[] = $state.raw([]);
  readonly names: readonly string[];
  /** Samples → colours with the present windows. */
  readonly toColors: ToColors = $derived.by(() => colorMapper(this.image.type, this.channels));
  readonly ranges: ChannelRange[] = $derived(
    this.channels.flatMap(({ low, high, visible }, channel) => (visible ? [{ channel, low, high }] : [])),
  );

  constructor(readonly image: OpenedImage) {
    this.channels = this.automatic();
    this.names = image.display.map((_, i) => image.channelNames?.[i] ?? this.#plainName(i));
  }

  /** Photographs are shown as they are, all else between its percentiles. */
  automatic(): ChannelDisplay[] {
    const { display, type } = this.image;
    const photograph = this.#isRgb() && type === 'uint8';
    const colors = defaultColors(display.length, this.#isRgb());
    return display.map(({ low, high }, i) => ({
      ...(photograph ? { low: 0, high: 255 } : { low, high: high > low ? high : low + 1 }),
      color: colors[i]!,
      visible: i < shownAtFirst(display.length),
    }));
  }

  /** Shows every value there is. */
  full(): void {
    this.channels = this.channels.map((channel, i) => {
      const { min, max } = this.image.display[i]!;
      return { ...channel, low: min, high: max > min ? max : min + 1 };
    });
  }

  reset(): void {
    this.channels = this.automatic();
  }

  change(index: number, values: Partial<ChannelDisplay>): void {
    this.channels = this.channels.map((channel, i) => {
      if (i !== index) return channel;
      const next = { ...channel, ...values };
      return next.high > next.low ? next : channel;
    });
  }

  #isRgb(): boolean {
    return this.image.display.length === 3 && this.image.channelNames === null;
  }

  #plainName(index: number): string {
    if (this.image.display.length === 1) return 'Intensity';
    return this.#isRgb() ? ['Red', 'Green', 'Blue'][index]! : `Channel ${index + 1}`;
  }
}
