/** One engine for whatever is not a training: predictions, comparisons, which device there is. Started when needed. */
import type { ComputeDevice } from '../../shared/app-api-training.js';
import type { DeviceInfo } from '../../shared/engine-api.js';
import { AppError } from '../../shared/errors.js';
import { startReadyEngine, type Engine } from '../engine-process.js';
import { besidePeople } from '../training.js';

/** Unused for so long it ends: TensorFlow and a model take some hundred megabytes. */
const IDLE_MS = 60_000;

export class SharedEngine {
  private starting: Promise<Engine> | null = null;
  private users = 0;
  private idle: NodeJS.Timeout | null = null;
  private closed = false;

  /** An engine that died is started anew by the next one who asks. @throws AppError('set-up' | 'stopped'), what `work` throws */
  async use<T>(work: (engine: Engine) => Promise<T>): Promise<T> {
    if (this.closed) throw new AppError('stopped', 'Brushfield is being closed.');
    this.users++;
    if (this.idle) clearTimeout(this.idle);
    try {
      return await work(await this.engine());
    } finally {
      if (--this.users === 0) this.idle = setTimeout(() => void this.stop(), IDLE_MS).unref();
    }
  }

  device(): Promise<ComputeDevice> {
    return this.use(async ({ api }) => computeDevice(await api.device({})));
  }

  async close(): Promise<void> {
    this.closed = true;
    if (this.idle) clearTimeout(this.idle);
    await this.stop();
  }

  /** Nothing is awaited between seeing that there is none and starting one: two who ask at once get the same. */
  private async engine(): Promise<Engine> {
    for (;;) {
      const { starting } = this;
      if (!starting) return (this.starting = this.start());
      const running = await starting.catch(() => null);
      if (running?.alive()) return running;
      if (this.starting === starting) this.starting = null;
    }
  }

  private start(): Promise<Engine> {
    const starting = startReadyEngine(besidePeople(0));
    starting.catch(() => {
      if (this.starting === starting) this.starting = null;
    });
    return starting;
  }

  private async stop(): Promise<void> {
    const { starting } = this;
    this.starting = null;
    const engine = await starting?.catch(() => null);
    await engine?.stop();
  }
}

export const computeDevice = ({ kind, name, threads }: DeviceInfo): ComputeDevice => ({
  kind,
  name,
  threads,
  sentence:
    kind === 'gpu'
      ? null
      : 'There is no graphics card (GPU) that Brushfield can use, so the processor (CPU) computes: the results are the same, it takes longer.',
});
