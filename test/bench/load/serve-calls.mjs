// The inside of a load process: answers the calls of the bench, which forked it, and ends with it.

/** @typedef {Readonly<Record<string, (argument: never) => unknown>>} Calls */

/** @param {Calls} calls */
export function serveCalls(calls) {
  process.on('disconnect', () => process.exit());
  process.on('message', async (/** @type {{ id: number, name: string, argument: never }} */ { id, name, argument }) => {
    try {
      tell({ id, value: await calls[name]?.(argument) });
    } catch (error) {
      tell({ id, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  });
}

/** Tells the bench something it did not ask for. @param {string} news @param {number} value */
export function announce(news, value) {
  tell({ news, value });
}

/** @param {object} message */
function tell(message) {
  // The bench may be gone already; then `disconnect` ends this process.
  if (process.connected) process.send?.(message, undefined, {}, () => undefined);
}
