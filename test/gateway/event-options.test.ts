import { afterEach, describe, expect, it } from 'vitest';
import { type RunningGateway, runGateway, userEvent } from './running-gateway.js';

/** The gateway waits before it connects again. */
const PATIENT = { timeout: 10_000 };

let running: RunningGateway;
afterEach(() => running.stop());

const run = async (general: string, more = '') => {
  running = await runGateway({ general, ...(more === '' ? {} : { users: more }) });
  return running;
};

describe('the text of events', () => {
  it('passes through as Asterisk sends it when no option is set', async () => {
    const { asterisk, logIn } = await run('');
    const client = await logIn('reader');
    const dressed = userEvent('x').replace('UserEvent: x', 'Timestamp: 1.000000\r\nSequenceNumber: 3\r\nUserEvent: x');

    asterisk.emit(dressed);

    expect(await client.readBlock()).toBe(dressed);
  });

  it('is what eventfilter sees: a Timestamp that the gateway adds can be filtered for', async () => {
    const users = '[reader]\nsecret = s\nread = user\neventfilter(header(Timestamp),method(contains)) = .\n';
    const { asterisk, logIn } = await run('timestampevents = yes', users);
    const client = await logIn('reader');

    asterisk.emit(userEvent('x'));

    expect(await client.readBlock()).toMatch(
      /^Event: UserEvent\r\nPrivilege: user,all\r\nTimestamp: \d{10}\.\d{6}\r\nUserEvent: x\r\n\r\n$/,
    );
  });

  it("has the head of Asterisk's own events in the gateway's security events", async () => {
    const { asterisk, logIn } = await run('');
    const client = await logIn('admin', { Events: 'security' });
    asterisk.emit(userEvent('x').replace('UserEvent: x', 'Timestamp: 1.000000\r\nSystemName: pbx\r\nUserEvent: x'));
    await client.barrier();

    await logIn('quiet');

    expect(await client.readBlock()).toMatch(
      /^Event: SuccessfulAuth\r\nPrivilege: security,all\r\nTimestamp: \d{10}\.\d{6}\r\nSystemName: pbx\r\nEventTV/,
    );
  });

  it('has none of the options in the FullyBooted of a login', async () => {
    const { connect } = await run('timestampevents = yes\ndebug = yes\ndisabledevents = FullyBooted');
    const client = await connect();

    await client.login('admin', 's', { Events: 'system' });

    expect(await client.readBlock()).toMatch(/^Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: \d+\r\n/);
  });
});

describe('disabledevents', () => {
  it('keeps events from everybody, by their exact name', async () => {
    const { asterisk, logIn } = await run('disabledevents = UserEvent');
    const client = await logIn('admin', { Events: 'user' });
    const other = userEvent('x').replace('Event: UserEvent', 'Event: Userevent');

    asterisk.emit(userEvent('x') + other + userEvent('y'));

    expect(await client.barrier()).toBe(other);
  });

  it('leaves the items of a list alone', async () => {
    const { asterisk, logIn } = await run('disabledevents = UserEvent');
    const list = `Response: Success\r\nActionID: 1\r\n\r\n${userEvent('item')}`;
    asterisk.script = () => list;
    const client = await logIn('quiet');

    client.send('Action: CoreStatus\r\nActionID: 1\r\n\r\n');

    expect(await client.barrier()).toBe(list);
  });
});

describe('brokeneventsaction', () => {
  it.each(['on', 'all', '2147483647', '', '99999999999'])('leaves Events with the mask %j unanswered', async (mask) => {
    const { logIn } = await run('brokeneventsaction = yes');
    const client = await logIn('admin');

    client.send(`Action: Events\r\nEventMask: ${mask}\r\nActionID: 1\r\n\r\n`);

    expect(await client.barrier()).toBe('');
  });

  it.each([
    ['call', 'On'],
    ['off', 'Off'],
    ['bogus', 'Off'],
  ])('answers Events with the mask %j as ever', async (mask, state) => {
    const { logIn } = await run('brokeneventsaction = yes');
    const client = await logIn('admin');

    client.send(`Action: Events\r\nEventMask: ${mask}\r\nActionID: 1\r\n\r\n`);

    expect(await client.barrier()).toBe(`Response: Success\r\nActionID: 1\r\nEvents: ${state}\r\n\r\n`);
  });

  it('changes what the session sees though it does not answer', async () => {
    const { asterisk, logIn } = await run('brokeneventsaction = yes');
    const client = await logIn('admin', { Events: 'off' });
    client.send('Action: Events\r\nEventMask: on\r\n\r\n');
    await client.barrier();

    asterisk.emit(userEvent('x'));

    expect(await client.readBlock()).toBe(userEvent('x'));
  });
});

describe('channelvars', () => {
  const block = (id: string) =>
    [`Channel: Local/${id}`, 'ChannelState: 6', 'ChannelStateDesc: Up', 'CallerIDNum: 1', 'CallerIDName: A']
      .concat([
        'ConnectedLineNum: 2',
        'ConnectedLineName: B',
        'Language: en',
        'AccountCode: ',
        'Context: c',
        'Exten: e',
      ])
      .concat(['Priority: 1', `Uniqueid: ${id}`, `Linkedid: ${id}`])
      .map((line) => `${line}\r\n`)
      .join('');
  const varSet = (id: string, value: string) =>
    `Event: VarSet\r\nPrivilege: dialplan,all\r\n${block(id)}Variable: FOO\r\nValue: ${value}\r\n\r\n`;
  const newState = (id: string) => `Event: Newstate\r\nPrivilege: call,all\r\n${block(id)}`;

  it('come from VarSet events though no client reads dialplan', async () => {
    const { asterisk, logIn } = await run('channelvars = FOO');
    const client = await logIn('admin', { Events: 'call' });

    asterisk.emit(`${varSet('1', 'x')}${newState('1')}\r\n`);

    expect(await client.readBlock()).toBe(`${newState('1')}ChanVariable: FOO=x\r\n\r\n`);
  });

  it('come from VarSet events though those are disabled', async () => {
    const { asterisk, logIn } = await run('channelvars = FOO\ndisabledevents = VarSet');
    const client = await logIn('admin', { Events: 'call,dialplan' });

    asterisk.emit(`${varSet('1', 'x')}${newState('1')}\r\n`);

    expect(await client.barrier()).toBe(`${newState('1')}ChanVariable: FOO=x\r\n\r\n`);
  });

  it('are asked for where calls were up before the gateway came', async () => {
    running = await runGateway({ general: 'channelvars = FOO', gatewayConf: 'pool_size = 1\n' });
    const { asterisk, logIn } = running;
    asterisk.script = (action) =>
      action.name === 'Status'
        ? `Response: Success\r\n\r\nEvent: Status\r\nPrivilege: Call\r\n${block('1')}Variable: FOO=it's\r\nVariable: FOO=hidden\r\n\r\n`
        : null;
    const before = asterisk.received.length;
    asterisk.breakConnections('all');
    const asked = () => asterisk.received.slice(before).some(({ name }) => name === 'Getvar');
    await expect.poll(asked, PATIENT).toBe(true);
    const client = await logIn('admin', { Events: 'call' });
    // Behind the gateway's own questions: there is one connection for both.
    client.send('Action: CoreStatus\r\n\r\n');
    await client.barrier();

    asterisk.emit(`${newState('1')}\r\n`);

    expect(await client.readBlock()).toBe(`${newState('1')}ChanVariable: FOO=it\\'s\r\n\r\n`);
  });
});

describe('displayconnects', () => {
  it.each([
    ['yes', 'info'],
    ['no', 'debug'],
  ])('= %s logs logins and ends of sessions at the level %s', async (value, level) => {
    const { logged, logIn } = await run(`displayconnects = ${value}`);

    (await logIn('reader')).close();

    expect(await logged({ msg: 'login' })).toMatchObject({ level });
    expect(await logged({ msg: 'session closed' })).toMatchObject({ level });
  });
});
