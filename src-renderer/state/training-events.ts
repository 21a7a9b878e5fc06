/** What an event of a training makes of what is known about it; pure, so that nothing is told twice or out of order. */
import type {
  TrainingCurve,
  TrainingEnd,
  TrainingEvent,
  TrainingState,
} from '../../src-main/shared/app-api-training.js';

/** A training as the window shows it, also after its end. */
export interface WatchedTraining extends TrainingState {
  end: { reason: TrainingEnd; sentence: string } | null;
}

/** @returns the state after it. A point of a step that is known already replaces it: a resumed run tells some again. */
export function afterEvent(state: WatchedTraining, event: TrainingEvent): WatchedTraining {
  switch (event.kind) {
    case 'started':
      return { ...event.state, end: null };
    case 'phase':
      return { ...state, phase: event.phase };
    case 'steps':
      return {
        ...state,
        progress: event.progress,
        curve: { ...state.curve, steps: joined(state.curve.steps, event.points) },
      };
    case 'epoch':
      return {
        ...state,
        progress: event.progress,
        curve: { ...state.curve, epochs: joined(state.curve.epochs, [event.point]) },
      };
    case 'preview':
      return { ...state, preview: event.preview };
    case 'message':
      // What was said before the window asked is in the state already, and may come once more as an event.
      if (state.messages.includes(event.text)) return state;
      return { ...state, messages: [...state.messages, event.text] };
    case 'rewound':
      return { ...state, curve: upTo(state.curve, event.afterStep) };
    case 'ended':
      return {
        ...state,
        phase: 'ended',
        run: event.run,
        end: { reason: event.reason, sentence: event.sentence },
      };
  }
}

export const upTo = ({ steps, epochs }: TrainingCurve, last: number): TrainingCurve => ({
  steps: steps.filter(({ step }) => step <= last),
  epochs: epochs.filter(({ step }) => step <= last),
});

function joined<Point extends { step: number }>(known: readonly Point[], more: readonly Point[]): Point[] {
  const [first] = more;
  if (!first) return [...known];
  const kept =
    (known.at(-1)?.step ?? -1) < first.step ? known : known.filter(({ step }) => step < first.step);
  return [...kept, ...more];
}

/** Whether it computes now, or is about to. */
export const isBusy = ({ phase }: Pick<TrainingState, 'phase'>): boolean =>
  phase === 'starting' || phase === 'running' || phase === 'pausing' || phase === 'stopping';
