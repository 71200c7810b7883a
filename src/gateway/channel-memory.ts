/**
 * What is remembered of one channel's variables, from its Newchannel to its Hangup. Values are escaped, as events carry
 * them.
 */

/**
 * Variables that Asterisk sets while it holds the channel's snapshot back: the VarSet that announces one still shows
 * the value before it.
 */
const STAGED: ReadonlySet<string> = new Set([
  'DIALEDPEERNAME',
  'DIALEDPEERNUMBER',
  ...['ANSWEREDTIME', 'DIALEDTIME', 'RINGTIME', 'PROGRESSTIME', 'QUEUEWAIT'].flatMap((name) => [name, `${name}_MS`]),
  'BRIDGEPEER',
  'BRIDGEPVTCALLID',
  ...['', 'JITTER', 'LOSS', 'RTT', 'MES'].flatMap((name) => [`RTPAUDIOQOS${name}`, `RTPAUDIOQOS${name}BRIDGED`]),
  'PARKING_SPACE',
  'PARKEDLOT',
  'PARKER',
  'PARKER_FLAT',
]);

/** Where a channel stands: `new` had its Newchannel, `dialed` is being prepared by Dial, `started` had other events. */
type Phase = 'new' | 'dialed' | 'started';

/** Global variables by name; values escaped. */
export type Globals = ReadonlyMap<string, string>;

export class ChannelMemory {
  readonly #name: string;
  /** By variable; the last is in effect, those before it come back when a Gosub returns. */
  readonly #values = new Map<string, string[]>();
  #staged: (readonly [name: string, value: string])[] = [];
  #phase: Phase;
  #lastSet = '';
  #globals: Globals;
  /** Bytes of the values. */
  bytes = 0;

  constructor(name: string, phase: 'new' | 'started', globals: Globals) {
    this.#name = name;
    this.#phase = phase;
    this.#globals = globals;
  }

  /** The global variables as they were when Asterisk last looked at the channel. */
  get globals(): Globals {
    return this.#globals;
  }

  /** `undefined` for a variable that the channel does not have. */
  valueOf(name: string): string | undefined {
    return this.#values.get(name)?.at(-1);
  }

  /** An event of the channel other than Newchannel and VarSet: what was held back is seen. */
  advance(): void {
    this.#commit();
    this.#lastSet = '';
    this.#phase = 'started';
  }

  see(globals: Globals): void {
    this.#globals = globals;
  }

  /** A VarSet, whether its value is wanted or not. `variable` is the name in the event. */
  noteSet(variable: string): void {
    if (variable === 'DIALEDPEERNUMBER' && this.#phase === 'new') this.#phase = 'dialed';
  }

  /** A VarSet of a variable that is wanted, by its bare name. `local` tells that it said `LOCAL(name)`. */
  set(name: string, value: string, scope: 'channel' | 'local'): void {
    if (this.#isStaged(name, value)) {
      // It was set before, so that was another time of holding back.
      if (this.#staged.some(([staged]) => staged === name)) this.#commit();
      this.#staged.push([name, value]);
      return;
    }
    this.#commit();
    if (scope === 'channel') this.assign(name, value);
    // A LOCAL() over what is local already is announced twice; one that hides an outer value, once.
    else if (this.#lastSet !== `${name}=${value}`) this.#push(name, value);
    this.#lastSet = `${name}=${value}`;
  }

  /** Sets the value in effect; an empty one over a hidden one is the end of a LOCAL(). */
  assign(name: string, value: string): void {
    const values = this.#values.get(name) ?? [];
    this.bytes -= values.pop()?.length ?? 0;
    if (value === '' && values.length > 0) return;
    this.#push(name, value);
  }

  #push(name: string, value: string): void {
    const values = this.#values.get(name) ?? [];
    values.push(value);
    this.#values.set(name, values);
    this.bytes += value.length;
  }

  #isStaged(name: string, value: string): boolean {
    if (STAGED.has(name) || this.#phase === 'dialed') return true;
    if (name === 'DIALSTATUS') return value === '' || (value === 'ANSWER' && this.valueOf(name) !== value);
    // The second half of a Local channel is given the variables of the first before it is heard of.
    return this.#phase === 'new' && this.#name.endsWith(';2');
  }

  #commit(): void {
    if (this.#staged.length === 0) return;
    const staged = this.#staged;
    this.#staged = [];
    for (const [name, value] of staged) this.assign(name, value);
  }
}
