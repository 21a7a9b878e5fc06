/** The core that a host's windows share: started when it is first needed, and again after it has died. */
import { startCore, type CoreOptions, type CoreProcess } from './core-process.js';

export class CoreKeeper {
  private core: CoreProcess | null = null;

  constructor(private readonly options: CoreOptions) {}

  /** @throws AppError('set-up') when the program was not built. */
  current(): CoreProcess {
    if (!this.core?.alive()) this.core = startCore(this.options);
    return this.core;
  }

  async stop(): Promise<void> {
    await this.core?.stop();
  }
}
