/** Debian's Chromium, driven over its debugging pipe: one page, scripts in it, a screenshot. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';

const CHROMIUM = '/usr/bin/chromium';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--hide-scrollbars',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--remote-debugging-pipe',
];

/** Why there is no browser; `null` when there is one. As root, where one is required, it is installed. */
export function whyNoBrowser(): string | null {
  if (existsSync(CHROMIUM)) return null;
  const isRequired = !['', '0', undefined].includes(process.env.AMI_REQUIRE_ASTERISK);
  if (!isRequired || process.getuid?.() !== 0) return `there is no ${CHROMIUM}; apt-get install chromium brings it`;
  execFileSync('apt-get', ['update'], { stdio: 'ignore' });
  execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], { stdio: 'ignore' });
  return null;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

export interface Screen {
  readonly width: number;
  readonly height: number;
  readonly scheme: 'light' | 'dark';
}

export class Browser {
  readonly #process: ChildProcess;
  readonly #home: string;
  readonly #commands: Writable;
  readonly #waiting = new Map<number, (message: Message) => void>();
  #events: ((message: Message) => void)[] = [];
  #lastId = 0;
  #received = '';
  #session: string | null = null;

  private constructor(child: ChildProcess, home: string, commands: Writable, answers: Readable) {
    this.#process = child;
    this.#home = home;
    this.#commands = commands;
    answers.setEncoding('utf8');
    answers.on('data', (text: string) => this.#take(text));
  }

  /** Starts it with an empty page. */
  static async start(): Promise<Browser> {
    const home = mkdtempSync(path.join(tmpdir(), 'ami-gateway-browser-'));
    const args = [...FLAGS, `--user-data-dir=${home}`, 'about:blank'];
    const child = spawn(CHROMIUM, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
    const [, , , commands, answers] = child.stdio;
    if (!isWritable(commands) || !isReadable(answers)) throw new Error('no pipe to the browser');
    const browser = new Browser(child, home, commands, answers);
    const { targetId } = await browser.#ask('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await browser.#ask('Target.attachToTarget', { targetId, flatten: true });
    browser.#session = String(sessionId);
    await browser.#ask('Page.enable', {});
    return browser;
  }

  async open(url: string): Promise<void> {
    await this.#loadedAfter(() => this.#ask('Page.navigate', { url }));
  }

  /** The value of a JavaScript expression in the page. */
  async evaluate(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = await this.#ask('Runtime.evaluate', { expression, returnByValue: true });
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
    return typeof result === 'object' && result !== null && 'value' in result ? result.value : undefined;
  }

  /** Does something in the page that brings another, and waits for that. */
  async evaluateAndLoad(expression: string): Promise<void> {
    await this.#loadedAfter(() => this.evaluate(expression));
  }

  /** A screen of this size in CSS pixels, dark or light; a narrow one is a phone's. */
  async show(screen: Screen): Promise<void> {
    const { width, height, scheme } = screen;
    const metrics = { width, height, deviceScaleFactor: 1, mobile: width < 600 };
    await this.#ask('Emulation.setDeviceMetricsOverride', metrics);
    const features = [{ name: 'prefers-color-scheme', value: scheme }];
    await this.#ask('Emulation.setEmulatedMedia', { features });
  }

  /** A PNG. */
  async screenshot(): Promise<Buffer> {
    const { data } = await this.#ask('Page.captureScreenshot', { format: 'png' });
    return Buffer.from(String(data), 'base64');
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
    try {
      rmSync(this.#home, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
    } catch {
      // Children of the browser may still write into its profile; it stands in the folder for temporary files.
    }
  }

  async #loadedAfter(act: () => Promise<unknown>): Promise<void> {
    const loaded = new Promise<void>((resolve) => {
      this.#events.push((message) => {
        if (message.method === 'Page.loadEventFired') resolve();
      });
    });
    await act();
    await loaded;
    this.#events = [];
  }

  #ask(method: string, params: object): Promise<Readonly<Record<string, unknown>>> {
    this.#lastId += 1;
    const id = this.#lastId;
    const session = this.#session === null ? {} : { sessionId: this.#session };
    this.#commands.write(`${JSON.stringify({ id, method, params, ...session })}\0`);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ result, error }) => {
        if (error === undefined) resolve(result ?? {});
        else reject(new Error(`${method}: ${error.message}`));
      });
    });
  }

  #take(text: string): void {
    const parts = (this.#received + text).split('\0');
    this.#received = parts.pop() ?? '';
    for (const part of parts) {
      const message: Message = JSON.parse(part);
      for (const act of this.#events) act(message);
      if (message.id === undefined) continue;
      this.#waiting.get(message.id)?.(message);
      this.#waiting.delete(message.id);
    }
  }
}

function isWritable(stream: unknown): stream is Writable {
  return typeof stream === 'object' && stream !== null && 'write' in stream;
}

function isReadable(stream: unknown): stream is Readable {
  return typeof stream === 'object' && stream !== null && 'read' in stream;
}
