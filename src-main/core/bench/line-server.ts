/** A process of a benchmark that answers one line of JSON with another. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const END_MS = 5000;

export class LineServer {
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;
  private readonly ended: Promise<unknown>;
  private errors = '';

  constructor(program: string, args: readonly string[]) {
    const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2', CUDA_VISIBLE_DEVICES: '-1' };
    this.child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], env });
    this.ended = once(this.child, 'close').catch(() => undefined);
    // Libraries chatter here; it matters only when the process ends.
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.errors = (this.errors + text).slice(-4000);
    });
    // Writing to a process that has ended fails here, and the missing answer says why.
    this.child.stdin!.on('error', () => undefined);
    this.lines = createInterface({ input: this.child.stdout! })[Symbol.asyncIterator]();
  }

  /** @throws Error with what it printed to stderr when it has ended. */
  async ask(request: object): Promise<unknown> {
    this.child.stdin!.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.lines.next();
    if (!done) return JSON.parse(value) as unknown;
    await this.ended;
    throw new Error(`A process of the benchmark ended (${this.child.spawnfile}): ${this.errors}`);
  }

  /** Lets it end its own processes. */
  async stop(): Promise<void> {
    this.child.stdin!.end();
    const late = setTimeout(() => this.child.kill('SIGKILL'), END_MS);
    await this.ended;
    clearTimeout(late);
  }
}
