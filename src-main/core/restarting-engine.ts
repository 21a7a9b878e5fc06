/** An engine for many images, of which one may be the end of it. */
import { AppError, messageOf } from '../shared/errors.js';
import { startReadyEngine, type Engine, type EngineOptions } from './engine-process.js';

/** An engine that is started again after an image that it died of; twice in a row is no image's fault. */
export class RestartingEngine {
  private engine: Engine | null = null;
  private diedBefore = false;

  constructor(private readonly options: EngineOptions = {}) {}

  /** Starts it and waits until TensorFlow is there. */
  async start(): Promise<Engine> {
    if (this.engine?.alive()) return this.engine;
    this.engine = await startReadyEngine(this.options);
    return this.engine;
  }

  async predicting<T>(work: (engine: Engine) => Promise<T>): Promise<T> {
    const engine = await this.start();
    try {
      const result = await work(engine);
      this.diedBefore = false;
      return result;
    } catch (error) {
      if (engine.alive()) throw error;
      if (this.diedBefore) throw new AppError('set-up', messageOf(error), { cause: error });
      this.diedBefore = true;
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.engine?.stop();
  }
}
