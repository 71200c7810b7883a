/** Who waits, in a queue for each user; the users have their turns in a circle, however many wait behind each. */

export class WaitingRoom<Waiter> {
  /** In the order of turns: who was served goes to the end. */
  readonly #queues = new Map<string, Set<Waiter>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get all(): readonly Waiter[] {
    return [...this.#queues.values()].flatMap((queue) => [...queue]);
  }

  push(user: string, waiter: Waiter): void {
    const queue = this.#queues.get(user) ?? new Set();
    queue.add(waiter);
    this.#queues.set(user, queue);
    this.#size += 1;
  }

  /** The next one whose user may be served; `null` when there is none. */
  shift(mayServe: (user: string) => boolean): Waiter | null {
    for (const [user, queue] of this.#queues) {
      if (!mayServe(user)) continue;
      const [waiter] = queue;
      if (waiter === undefined) continue;
      this.remove(user, waiter);
      if (!this.#queues.delete(user)) return waiter;
      this.#queues.set(user, queue);
      return waiter;
    }
    return null;
  }

  remove(user: string, waiter: Waiter): void {
    const queue = this.#queues.get(user);
    if (queue === undefined || !queue.delete(waiter)) return;
    this.#size -= 1;
    if (queue.size === 0) this.#queues.delete(user);
  }

  /** How many could be served now, when each user has room for so many more. */
  countServable(roomOf: (user: string) => number): number {
    let count = 0;
    for (const [user, queue] of this.#queues) count += Math.min(queue.size, roomOf(user));
    return count;
  }

  /** The last one of the user who has most waiting, if that is more than this user would have with one more. */
  lastOfGreediest(user: string): Waiter | null {
    let greediest: ReadonlySet<Waiter> = new Set();
    for (const queue of this.#queues.values()) if (queue.size > greediest.size) greediest = queue;
    const own = this.#queues.get(user)?.size ?? 0;
    return greediest.size > own + 1 ? ([...greediest].at(-1) ?? null) : null;
  }
}
