/** What keeps the status page up to date: it fetches the page anew and takes over the parts that changed. */

export const STATUS_SCRIPT = `'use strict';
const EVERY_MS = 2000;
const LONGEST_WAIT_MS = 8000;

async function refresh() {
  const response = await fetch('/status', { cache: 'no-store', signal: AbortSignal.timeout(LONGEST_WAIT_MS) });
  if (!response.ok) throw new Error(String(response.status));
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
  for (const part of fresh.querySelectorAll('[data-live]')) {
    const shown = document.getElementById(part.id);
    if (shown !== null && shown.innerHTML !== part.innerHTML) shown.replaceChildren(...part.childNodes);
  }
  document.title = fresh.title;
}

async function tick() {
  try {
    if (!document.hidden) await refresh();
    document.body.classList.remove('stale');
  } catch {
    document.body.classList.add('stale');
    document.getElementById('state').textContent = 'The gateway does not answer';
    document.title = 'No answer: ami-gateway';
  }
  setTimeout(tick, EVERY_MS);
}

document.addEventListener('visibilitychange', () => { if (!document.hidden) refresh().catch(() => undefined); });
setTimeout(tick, EVERY_MS);
`;
