/** What the app has to say, in one place: shown as cards, read out politely. */

export type NoticeKind = 'info' | 'done' | 'problem';

export interface Notice {
  id: number;
  kind: NoticeKind;
  text: string;
  /** A thing to do about it, as a button. */
  action: { label: string; run: () => void } | null;
}

/** How long what is not a problem stays. */
const INFO_STAYS_MS = 8000;
/** More than this on screen at once nobody reads: the oldest goes. */
const MOST = 4;

export class Notices {
  list = $state.raw<Notice[]>([]);
  #nextId = 1;

  /** Says `text`. A problem stays until it is dismissed; the same text is not shown twice at a time. */
  say(text: string, kind: NoticeKind = 'info', action: Notice['action'] = null): void {
    const id = this.#nextId++;
    this.list = [...this.list.filter((notice) => notice.text !== text), { id, kind, text, action }].slice(
      -MOST,
    );
    if (kind !== 'problem' && !action) setTimeout(() => this.dismiss(id), INFO_STAYS_MS);
  }

  problem(text: string): void {
    this.say(text, 'problem');
  }

  dismiss(id: number): void {
    this.list = this.list.filter((notice) => notice.id !== id);
  }
}
