// Loaded into the gateway's process where its memory is measured: tells it on request, behind a garbage collection.
process.on('message', () => {
  globalThis.gc?.();
  globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  process.send?.({ rss, heapUsed, external });
});
// The channel alone must not keep the process from ending.
process.channel?.unref();
