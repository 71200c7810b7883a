/** The page of /manager in a real browser. */
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser, whyNoBrowser } from './browser.js';
import { type RunningGateway, runGateway } from './running-gateway.js';

const absence = whyNoBrowser();
if (absence !== null) console.warn(`SKIPPED the page of /manager in a browser: ${absence}`);

/** Every row of the page's table that has a name and a value. */
const ROWS = `[...document.querySelectorAll('tr')].filter((row) => row.cells.length === 2)
  .map((row) => [...row.cells].map((cell) => cell.innerText))`;

describe.skipIf(absence !== null)(`the page of /manager in a browser${absence === null ? '' : ` (${absence})`}`, () => {
  let running: RunningGateway;
  let browser: Browser;
  beforeAll(async () => {
    running = await runGateway({ httpConf: 'prefix = ajam\n' });
    running.asterisk.script = (action) =>
      action.name === 'Command'
        ? 'Response: Success\r\nMessage: Command output follows\r\nOutput: 2 <active> channels\r\nOutput: 1 & a half call\r\n\r\n'
        : null;
    browser = await Browser.start();
  });
  afterAll(async () => {
    await browser?.stop();
    await running?.stop();
  });

  it('refuses, logs in, runs a command and shows its answer in the table', async () => {
    await browser.open(`http://127.0.0.1:${running.app.httpPort}/ajam/manager`);
    const atFirst = await browser.evaluate(ROWS);
    await submit({ 'select[name=action]': 'command', 'input[name=command]': 'core show channels' });
    const refused = await browser.evaluate(ROWS);
    await submit({ 'select[name=action]': 'login', 'input[name=username]': 'admin', 'input[name=secret]': 's' });
    const loggedIn = await browser.evaluate(ROWS);
    await submit({ 'select[name=action]': 'command', 'input[name=command]': 'core show channels' });
    const answered = await browser.evaluate(ROWS);

    expect(atFirst).toEqual(rows('Error', ['Message', 'Missing action in request']));
    expect(refused).toEqual(rows('Error', ['Message', 'Permission denied']));
    expect(loggedIn).toEqual(rows('Success', ['Message', 'Authentication accepted']));
    expect(answered).toEqual(
      rows(
        'Success',
        ['Message', 'Command output follows'],
        ['Output', '2 <active> channels'],
        ['Output-2', '1 & a half call'],
      ),
    );
    const picture = await browser.screenshot();
    expect(picture.subarray(1, 4).toString()).toBe('PNG');
    if (process.env.AMI_TEST_SCREENSHOT !== undefined) writeFileSync(process.env.AMI_TEST_SCREENSHOT, picture);
  });

  it('keeps the cookie from scripts', async () => {
    await browser.open(`http://127.0.0.1:${running.app.httpPort}/ajam/manager`);

    expect(await browser.evaluate('document.cookie')).toBe('');
  });

  it('answers the digest proofs of the browser, of its form too', async () => {
    await browser.open(`http://admin:s@127.0.0.1:${running.app.httpPort}/ajam/amanager?action=command&command=x`);
    const first = await browser.evaluate(ROWS);
    await submit({ 'input[name=action]': 'listcommands' });
    const second = await browser.evaluate(ROWS);

    expect(first).toContainEqual(['Output', '2 <active> channels']);
    expect(second).toContainEqual(['QueueStatus', 'Show queue status. (Priv: <none>)']);
  });

  /** Fills in the form as a user does, and sends it. */
  async function submit(fields: Readonly<Record<string, string>>): Promise<void> {
    for (const [selector, value] of Object.entries(fields)) {
      await browser.evaluate(`document.querySelector(${JSON.stringify(selector)}).value = ${JSON.stringify(value)}`);
    }
    await browser.evaluateAndLoad(`document.querySelector('input[type=submit]').click()`);
  }
});

function rows(response: string, ...more: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return [['Response', response], ...more];
}
