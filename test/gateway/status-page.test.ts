/** The status page: what it shows, what it never shows, and to whom; and in a real browser. */
import { request } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { authorization, nonceOf } from '../asterisk/differential/digest-client.js';
import { Browser, whyNoBrowser } from './browser.js';
import { ask } from './raw-http.js';
import { type RunningGateway, runGateway, userEvent } from './running-gateway.js';

const USERS = `
[admin]
secret = the-secret-of-admin
read = all
write = all

[wall<i>board]
secret = the-secret-of-wallboard
read = user
eventfilter = !<b>not bold</b>
`;

const EVIL = '<img src=x onerror=document.title=1>';

let running: RunningGateway;

async function run(gatewayConf = ''): Promise<void> {
  running = await runGateway({ users: USERS, gatewayConf });
}

function address(route: string): string {
  return `http://127.0.0.1:${running.app.metricsPort}${route}`;
}

async function logIn(username: string, secret: string) {
  const client = await running.connect();
  await client.login(username, secret);
  await client.barrier();
  return client;
}

/** The status with this Host header, which fetch would not send. */
function statusFor(host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request(address('/status'), { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asked.on('error', reject);
    asked.end();
  });
}

describe('the status page', () => {
  afterEach(() => running.stop());

  it('shows sessions, users and refusals, with every name as text, and no secret', async () => {
    await run();
    const client = await logIn('wall<i>board', 'the-secret-of-wallboard');
    await client.action({ Action: EVIL });
    const guesser = await running.connect();
    await guesser.login(EVIL, 'a-guessed-secret');

    const page = await (await fetch(address('/'))).text();
    const json = await (await fetch(address('/status.json'))).text();

    expect(page).toContain('wall&#60;i&#62;board');
    expect(page).toContain('!&#60;b&#62;not bold&#60;/b&#62;');
    expect(page.split('&#60;img src=x onerror=document.title=1&#62;')).toHaveLength(3);
    expect(page).not.toMatch(/<img|<b>|<i>/);
    expect(page + json).not.toMatch(/the-secret-of|a-guessed-secret|upstream-secret/);
    expect(JSON.parse(json)).toMatchObject({
      upstream: { state: 'up', paused: false },
      sessions: [{ user: 'wall<i>board', address: '127.0.0.1' }],
      refusals: [
        { kind: 'login', reason: 'unknown-user', user: EVIL, times: 1 },
        { kind: 'action', reason: 'unknown-action', what: EVIL, times: 1 },
      ],
      bans: [],
    });
  });

  it('counts a refusal that comes again, and names its rule', async () => {
    await run();
    const client = await logIn('wall<i>board', 'the-secret-of-wallboard');
    for (let count = 0; count < 3; count++) await client.action({ Action: 'Originate', Channel: 'Local/1@x' });

    const { refusals } = JSON.parse(await (await fetch(address('/status.json'))).text());

    expect(refusals).toMatchObject([{ what: 'Originate', reason: 'missing-class', rule: 'needs originate', times: 3 }]);
  });

  it('shows refused logins by HTTP digest too', async () => {
    running = await runGateway({ users: USERS, httpConf: '' });
    const port = running.app.httpPort ?? 0;
    const uri = '/arawman?action=ping';
    const nonce = nonceOf(await ask(port, { target: uri }));
    const wrong = authorization({ username: 'admin', secret: 'wrong' }, { method: 'GET', uri, nonce });
    const { statusLine } = await ask(port, { target: uri, headers: [wrong] });

    const { refusals } = JSON.parse(await (await fetch(address('/status.json'))).text());

    expect(statusLine).toBe('HTTP/1.1 401 Unauthorized');
    expect(refusals).toMatchObject([{ kind: 'login', user: 'admin', what: 'Login by HTTP digest', reason: 'bad-key' }]);
  });

  it.each(['/', '/status', '/status.css', '/status.js', '/status.json'])(
    'lets %s load nothing from elsewhere, run nothing inline, be framed by nobody and be stored nowhere',
    async (route) => {
      await run();

      const { headers, status } = await fetch(address(route));

      expect(status).toBe(200);
      expect(headers.get('content-security-policy')).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      );
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cache-control')).toBe('no-store');
    },
  );

  it('is not for a name that somebody made to mean this machine', async () => {
    await run();

    expect(await statusFor('attacker.example')).toBe(403);
    expect(await statusFor(`localhost:${running.app.metricsPort}`)).toBe(200);
    expect(await statusFor('[::1]:9550')).toBe(200);
    expect(await statusFor('127.0.0.1.attacker.example')).toBe(403);
  });

  it('is not there with status = no, while the metrics are', async () => {
    await run('[metrics]\nstatus = no\n');

    expect((await fetch(address('/'))).status).toBe(404);
    expect((await fetch(address('/status.json'))).status).toBe(404);
    expect((await fetch(address('/metrics'))).status).toBe(200);
  });

  it('is not there where the metrics are for a network, unless it is asked for', async () => {
    await run('[metrics]\nbindaddr = 0.0.0.0\n');
    expect((await fetch(address('/'))).status).toBe(404);
    await running.stop();

    await run('[metrics]\nbindaddr = 0.0.0.0\nstatus = yes\n');

    expect((await fetch(address('/'))).status).toBe(200);
    expect(await statusFor('gateway.example')).toBe(200);
  });

  it('is not on the port of AMI over HTTP', async () => {
    running = await runGateway({ users: USERS, httpConf: '' });

    const { status } = await fetch(`http://127.0.0.1:${running.app.httpPort}/status`);

    expect(status).toBe(404);
  });
});

const absence = whyNoBrowser();
if (absence !== null) console.warn(`SKIPPED the status page in a browser: ${absence}`);

describe.skipIf(absence !== null)(`the status page in a browser${absence === null ? '' : ` (${absence})`}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    await run();
    browser = await Browser.start();
  });
  afterAll(async () => {
    await browser?.stop();
    await running?.stop();
  });

  const textOf = (selector: string) => browser.evaluate(`document.querySelector('${selector}').innerText`);

  it('keeps itself up to date, and says when the gateway does not answer', async () => {
    await browser.show({ width: 1200, height: 900, scheme: 'light' });
    await browser.open(address('/'));
    expect(await textOf('#sessions')).toContain('Nobody is connected.');
    await browser.evaluate('window.isTheSamePage = true');

    const client = await logIn('wall<i>board', 'the-secret-of-wallboard');
    running.asterisk.emit(userEvent('one') + userEvent('two'));
    await client.barrier();
    await expect.poll(() => textOf('#sessions tbody th'), { timeout: 20_000 }).toBe('wall<i>board');
    await expect.poll(() => textOf('#sessions td[data-title=Delivered]'), { timeout: 20_000 }).toBe('2');

    expect(await textOf('#state')).toBe('Connected');
    expect(await browser.evaluate('window.isTheSamePage')).toBe(true);
  });

  it('shows what comes from the wire as text, and runs none of it', async () => {
    const client = await logIn('admin', 'the-secret-of-admin');
    await client.action({ Action: EVIL });

    await browser.open(address('/'));

    expect(await textOf('#refusals')).toContain(EVIL);
    expect(await browser.evaluate('document.images.length')).toBe(0);
    expect(await browser.evaluate('document.title')).toBe('Connected: ami-gateway');
    expect(await browser.evaluate(`document.styleSheets[0].cssRules.length > 0`)).toBe(true);
  });

  it.each([320, 390])(
    'fits a phone of %d pixels, where rows are cards with the titles of their columns',
    async (width) => {
      await browser.show({ width, height: 800, scheme: 'dark' });
      await browser.open(address('/'));

      expect(await browser.evaluate('document.documentElement.scrollWidth')).toBe(width);
      expect(
        await browser.evaluate(
          `getComputedStyle(document.querySelector('#sessions td[data-title=Address]'), '::before').content`,
        ),
      ).toBe('"Address"');
      expect(await browser.evaluate(`document.querySelector('#sessions tbody tr').getAttribute('role')`)).toBe('row');
    },
  );

  it('is dark for who prefers that', async () => {
    await browser.show({ width: 1200, height: 900, scheme: 'dark' });
    await browser.open(address('/'));
    const dark = await browser.evaluate('getComputedStyle(document.body).backgroundColor');
    await browser.show({ width: 1200, height: 900, scheme: 'light' });

    expect(dark).toBe('rgb(18, 22, 28)');
    expect(await browser.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(244, 245, 247)');
  });

  it('says when Asterisk is away, and when the gateway is', async () => {
    await browser.open(address('/'));
    await running.asterisk.stop();
    await expect.poll(() => textOf('#state'), { timeout: 20_000 }).toBe('Asterisk is away');

    await running.app.stop();

    await expect.poll(() => textOf('#state'), { timeout: 20_000 }).toBe('The gateway does not answer');
  });
});
