import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isBlacklisted, separateWords } from '../../../src/policy/cli-command.js';
import {
  leadingInteger,
  quoteVariable,
  separateArguments,
  variablesOf,
} from '../../../src/policy/dialplan-arguments.js';

describe('the variables of a header', () => {
  it('are split, unquoted and unescaped as Asterisk does (ami-spec 7.6)', () => {
    expect(variablesOf('C=a\\,b')).toEqual([{ name: 'C', value: 'a,b' }]);
    expect(variablesOf('C="a,b"')).toEqual([{ name: 'C', value: 'a,b' }]);
    expect(variablesOf('C=(a,b)')).toEqual([{ name: 'C', value: '(a,b)' }]);
    expect(variablesOf('C=[a,b]')).toEqual([{ name: 'C', value: '[a,b]' }]);
    expect(variablesOf('C=a\\b')).toEqual([{ name: 'C', value: 'ab' }]);
    expect(variablesOf('C=a"b')).toEqual([{ name: 'C', value: 'ab' }]);
    expect(variablesOf('C=x , D=y ')).toEqual([
      { name: 'C', value: 'x ' },
      { name: ' D', value: 'y ' },
    ]);
    expect(variablesOf('C=a=b')).toEqual([{ name: 'C', value: 'a=b' }]);
    expect(variablesOf('C=a|b;c')).toEqual([{ name: 'C', value: 'a|b;c' }]);
    expect(variablesOf('C,=x,,D=')).toEqual([{ name: 'D', value: '' }]);
  });

  it('are 64 at most, and the last takes the rest as it stands', () => {
    const header = Array.from({ length: 66 }, (_, index) => `v${index}=\\(`).join(',');

    const variables = variablesOf(header);

    expect(variables).toHaveLength(64);
    expect(variables[62]).toEqual({ name: 'v62', value: '(' });
    expect(variables[63]).toEqual({ name: 'v63', value: '\\(,v64=\\(,v65=\\(' });
  });

  it('are quoted only where they must be', () => {
    expect(quoteVariable({ name: '!a', value: 'b' })).toBe('!a=b');
    expect(quoteVariable({ name: ' a', value: 'b' })).toBe('\\ a=b');
  });

  it('are what was quoted', () => {
    const name = fc.string({ unit: fc.constantFrom(...'aB_ ()[]",\\'), minLength: 1, maxLength: 9 });
    const value = fc.string({ unit: fc.constantFrom(...'aB= ()[]",\\;|$'), maxLength: 20 });

    fc.assert(
      fc.property(fc.record({ name, value }), (variable) => {
        expect(variablesOf(quoteVariable(variable))).toEqual([variable]);
        expect(quoteVariable(variable)).not.toMatch(/^[\0-\x20]/);
      }),
    );
  });
});

describe('the arguments of an application', () => {
  it('end with an empty one behind a last comma', () => {
    expect(separateArguments('a,b,', 9)).toEqual(['a', 'b', '']);
    expect(separateArguments('', 9)).toEqual([]);
    expect(separateArguments(',', 9)).toEqual(['', '']);
  });

  it('are not separated at all where there is one place', () => {
    expect(separateArguments('a,"b"', 1)).toEqual(['a,"b"']);
  });

  it('are not separated inside of brackets that were opened before', () => {
    expect(separateArguments('a(,],),b', 9)).toEqual(['a(,],)', 'b']);
    expect(separateArguments(')a,b', 9)).toEqual([')a', 'b']);
    expect(separateArguments('((a),b),c', 9)).toEqual(['((a),b)', 'c']);
    expect(separateArguments('[[a],b],c', 9)).toEqual(['[[a],b]', 'c']);
    expect(separateArguments('[a],b', 9)).toEqual(['[a]', 'b']);
    expect(separateArguments('"a,(",b),c', 9)).toEqual(['a,(,b)', 'c']);
  });
});

describe('the words of a CLI command', () => {
  it('are split as Asterisk does', () => {
    expect(separateWords('  core \t show\tchannels ')).toEqual(['core', 'show', 'channels']);
    expect(separateWords('\v\f module\vload')).toEqual(['module\vload']);
    expect(separateWords('a"b c"d "e f" g\\ h \\"i "" j')).toEqual(['ab cd', 'e f', 'g h', '"i', '', 'j']);
  });

  it('are 63 at most', () => {
    expect(separateWords('x '.repeat(80))).toHaveLength(63);
  });

  it('decide what is refused only from the first on', () => {
    expect(isBlacklisted('core show help module load')).toBe(false);
    expect(isBlacklisted('')).toBe(false);
    expect(isBlacklisted('module')).toBe(false);
    expect(isBlacklisted('module load')).toBe(true);
  });
});

describe('a number', () => {
  it('is read as scanf reads it', () => {
    expect(leadingInteger(' -12abc')).toBe(-12);
    expect(leadingInteger('+5')).toBe(5);
    expect(leadingInteger('abc')).toBe(null);
    expect(leadingInteger('')).toBe(null);
    expect(leadingInteger('- 5')).toBe(null);
  });
});
