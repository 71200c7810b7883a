import { describe, expect, it } from 'vitest';
import { ChannelVariables } from '../../../src/gateway/channel-variables.js';
import { KEPT_VARIABLES } from '../../../src/gateway/kept-variables.js';

function block(prefix: string, id: string, variables = ''): string {
  const lines = [
    `Channel: Local/${id}`,
    'ChannelState: 6',
    'ChannelStateDesc: Up',
    'CallerIDNum: 1',
    'CallerIDName: A',
  ];
  const more = [
    'ConnectedLineNum: 2',
    'ConnectedLineName: B',
    'Language: en',
    'AccountCode: ',
    'Context: c',
    'Exten: e',
  ];
  const all = [...lines, ...more, 'Priority: 1', `Uniqueid: ${id}`, `Linkedid: ${id}`];
  return all.map((line) => `${prefix}${line}\r\n`).join('') + variables;
}

const event = (name: string, body: string) => `Event: ${name}\r\nPrivilege: call,all\r\n${body}\r\n`;
const assignment = (variable: string, value: string) => `Variable: ${variable}\r\nValue: ${value}\r\n`;
const line = (value: string, prefix = '') => `${prefix}ChanVariable: FOO=${value}\r\n`;

function make(names = ['FOO'], settings = KEPT_VARIABLES) {
  const variables = new ChannelVariables(names, settings);
  const write = (name: string, body: string) => variables.rewrite(name, event(name, body));
  return {
    write,
    begin: (id: string) => write('Newchannel', block('', id)),
    set: (id: string, variable: string, value: string) => write('VarSet', block('', id) + assignment(variable, value)),
    /** What an event of the channel shows of FOO. */
    shown: (id: string) => /ChanVariable: FOO=(.*)\r/.exec(write('Newexten', block('', id)))?.[1],
  };
}

describe('ChanVariable lines', () => {
  it('stand behind Linkedid in every event of a channel, empty while it has no value', () => {
    const { begin, set, write } = make();

    expect(begin('1')).toBe(event('Newchannel', block('', '1') + line('')));
    expect(set('1', 'FOO', "it\\'s")).toBe(
      event('VarSet', block('', '1') + line("it\\'s") + assignment('FOO', "it\\'s")),
    );
    expect(write('Hangup', `${block('', '1')}Cause: 16\r\n`)).toBe(
      event('Hangup', `${block('', '1')}${line("it\\'s")}Cause: 16\r\n`),
    );
  });

  it('carry the prefix of their channel, and stand behind Tenantid', () => {
    const { set, write } = make();
    set('1', 'FOO', 'one');
    set('2', 'FOO', 'two');
    const tenant = 'DestTenantid: t\r\n';

    expect(write('DialBegin', `${block('', '1')}${block('Dest', '2')}${tenant}DialString: x\r\n`)).toBe(
      event(
        'DialBegin',
        `${block('', '1')}${line('one')}${block('Dest', '2')}${tenant}${line('two', 'Dest')}DialString: x\r\n`,
      ),
    );
  });

  it('are exactly those that are configured, whatever Asterisk sends', () => {
    const { write } = make(['B', 'FOO']);
    const sent = 'ChanVariable: A=1\r\nChanVariable: B=2\r\n';

    expect(write('Newstate', block('', '1', sent))).toBe(
      event('Newstate', block('', '1', 'ChanVariable: B=2\r\nChanVariable: FOO=\r\n')),
    );
  });

  it('are all taken out by an empty channelvars', () => {
    const { write } = make([]);

    expect(write('Newstate', block('', '1', 'ChanVariable: A=1\r\n'))).toBe(event('Newstate', block('', '1')));
  });

  it('show a function only where Asterisk sends it', () => {
    const { write } = make(['CDR(src)']);
    const sent = 'ChanVariable: CDR(src)=100\r\n';

    expect(write('Newstate', block('', '1'))).toBe(event('Newstate', block('', '1')));
    expect(write('Newstate', block('', '1', sent))).toBe(event('Newstate', block('', '1', sent)));
  });

  it('are not made up for what the sender of a UserEvent wrote', () => {
    const { set, write } = make();
    set('1', 'FOO', 'one');
    const forged = `UserEvent: x\r\n${block('', '1', line('forged'))}`;

    expect(write('UserEvent', forged)).toBe(event('UserEvent', forged));
    expect(write('UserEvent', block('', '1') + forged)).toBe(event('UserEvent', block('', '1') + line('one') + forged));
  });

  it('show the value of a global variable to channels without one of their own', () => {
    const { begin, set, write, shown } = make();
    begin('1');
    set('2', 'FOO', 'own');
    write('VarSet', `Channel: none\r\nUniqueid: none\r\n${assignment('FOO', 'global')}`);

    expect([shown('1'), shown('2'), shown('3')]).toEqual(['global', 'own', 'global']);
  });

  it.each(['FOO', '_FOO', '__FOO'])('know a variable that was set as %s', (variable) => {
    const { set, shown } = make();
    set('1', variable, 'value');

    expect(shown('1')).toBe('value');
  });

  it('show what LOCAL() hid again when the subroutine returns', () => {
    const { set, shown } = make();
    set('1', 'FOO', 'outer');
    set('1', 'LOCAL(FOO)', 'inner');
    shown('1');
    set('1', 'FOO', 'changed');
    set('1', 'LOCAL(FOO)', 'changed');

    expect(shown('1')).toBe('changed');
    set('1', 'FOO', '');
    expect(shown('1')).toBe('outer');
  });

  it('show the value before in a VarSet for which Asterisk holds the channel back', () => {
    const { begin, set, shown } = make();
    begin('1;2');

    expect(set('1;2', 'FOO', 'inherited')).toContain(line(''));
    expect(shown('1;2')).toBe('inherited');
    expect(set('1;2', 'FOO', 'set later')).toContain(line('set later'));
  });

  it('begin anew with a channel that has the id of an earlier one', () => {
    const { begin, set, shown } = make();
    set('mine', 'FOO', 'old');

    begin('mine');

    expect(shown('mine')).toBe('');
  });

  it('are still right in the events behind a Hangup', () => {
    const { set, shown, write } = make();
    set('1', 'FOO', 'last');
    write('Hangup', block('', '1'));

    expect(shown('1')).toBe('last');
  });

  it('go over to the channel that picks up', () => {
    const { begin, set, shown, write } = make();
    set('ringing', 'FOO', 'for the called');
    begin('picking');

    write('Pickup', block('', 'picking') + block('Target', 'ringing'));

    expect([shown('picking'), shown('ringing')]).toEqual(['for the called', 'for the called']);
  });

  it('forget the oldest channels beyond their bounds', () => {
    const few = make(['FOO'], { ...KEPT_VARIABLES, maxChannels: 2 });
    for (const id of ['1', '2', '3']) few.set(id, 'FOO', id);
    const small = make(['FOO'], { ...KEPT_VARIABLES, maxBytes: 10 });
    for (const id of ['1', '2', '3']) small.set(id, 'FOO', '12345');

    expect(['1', '2', '3'].map(few.shown)).toEqual(['', '2', '3']);
    expect(['1', '2', '3'].map(small.shown)).toEqual(['', '12345', '12345']);
  });
});

describe('the lines of events that Asterisk writes from a living channel', () => {
  const response = (outcome: string) => `Response: ${outcome}\r\nChannel: Local/1\r\nReason: 4\r\nUniqueid: 1\r\n`;

  it('stand at the end, with the channel and without escapes', () => {
    const { set, write } = make();
    set('1', 'FOO', 'it\\\'s \\"so\\"');

    expect(write('OriginateResponse', response('Success'))).toBe(
      event('OriginateResponse', `${response('Success')}ChanVariable(Local/1): FOO=it's "so"\r\n`),
    );
  });

  it('are missing where the call failed', () => {
    const { set, write } = make();
    set('1', 'FOO', 'x');

    expect(write('OriginateResponse', response('Failure'))).toBe(event('OriginateResponse', response('Failure')));
  });

  it('keep a line end in a value escaped, where it would forge a header', () => {
    const { set, write } = make();
    set('1', 'FOO', 'a\\r\\nb');

    expect(write('Rename', 'Channel: Local/1\r\nNewname: x\r\nUniqueid: 1\r\n')).toBe(
      event('Rename', 'Channel: Local/1\r\nNewname: x\r\nUniqueid: 1\r\nChanVariable(Local/1): FOO=a\\r\\nb\r\n'),
    );
  });

  it('are exactly those that are configured, whatever Asterisk sends', () => {
    const { write } = make(['B']);
    const sent = 'ChanVariable(Local/1): A=1\r\nChanVariable(Local/1): B=2\r\n';

    expect(write('OriginateResponse', response('Success') + sent)).toBe(
      event('OriginateResponse', `${response('Success')}ChanVariable(Local/1): B=2\r\n`),
    );
  });
});
