/** Configuration files as people, and enemies, may write them. */
import fc from 'fast-check';

const names = fc.constantFrom('a', 'b', 'A', 't', 'long name', ' a');
const options = fc.array(fc.constantFrom('!', 'a', 'b', 't', '+', 'A', 'T', 'long name', '+TEMPLATES=include'), {
  maxLength: 3,
});
const junk = fc
  .array(
    fc.constantFrom(
      ...[' ', '=', '+', '>', '-', '--', ';', '\\', '\t', '#', '[', ']', 'a', 'k', '"', '\xe9', '\r', ','],
    ),
    { maxLength: 12 },
  )
  .map((bytes) => bytes.join(''));

const header = fc
  .tuple(names, fc.constantFrom('', '', '', ' ', 'x'), options, fc.constantFrom('', '', '', ' ; c', 'junk', '(!)'))
  .map(
    ([name, gap, list, tail]) =>
      `[${name}]${gap}${list.length === 0 ? '' : `(${withoutBases(list).join(',')})`}${tail}`,
  );

/** A base behind a `+` may be the section itself, over which Asterisk does not come to an end. */
function withoutBases(list: readonly string[]): readonly string[] {
  const appends = list.some((option) => option.startsWith('+'));
  return appends ? list.filter((option) => option.startsWith('+') || option === '!') : list;
}

const variable = fc
  .tuple(
    fc.constantFrom('k', 'K', 'm', '\\k', '\\#x', '\\[y]', ' k', 'k ', ''),
    fc.constantFrom('=', '=', '=', ' = ', '=>', ' => ', '+=', ' += ', '= >'),
    fc.oneof(fc.constantFrom('1', '', 'a', 'A', 'x y', ' v ', 'a\\;b', '--', '"q"'), junk),
    fc.constantFrom('', '', '', ' ; c', ';-- b --; z', '--;', ' ;--', '\r'),
  )
  .map((parts) => parts.join(''));

const comment = fc.oneof(
  junk.map((text) => `;${text}`),
  fc.constantFrom(';-- ', ' --;', ';----', 'x --; y=1'),
);

const directive = fc
  .tuple(
    fc.constantFrom('#include', '#tryinclude', '#Include', '#'),
    fc.constantFrom('one.conf', '"one.conf"', 'd/*.conf', '<d/{2,1}.conf>', 'none.conf', 'main.conf'),
  )
  .map((parts) => parts.join(' '));

function fileOf(line: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const start = fc.constantFrom('', '', '[a]\n', '[a]\nk=1\n');
  return fc
    .tuple(start, fc.array(line, { minLength: 1, maxLength: 10 }))
    .map(([head, lines]) => head + lines.join('\n'));
}

const line = fc.oneof({ weight: 4, arbitrary: header }, { weight: 7, arbitrary: variable }, comment, junk);
const lineWithInclude = fc.oneof({ weight: 12, arbitrary: line }, directive);

/** `main.conf` and what it may include, by name. */
export const confFiles: fc.Arbitrary<ReadonlyMap<string, string>> = fc
  .tuple(fileOf(lineWithInclude), fileOf(line), fileOf(line), fileOf(line))
  .map(([main, one, first, second]) => {
    return new Map([
      ['main.conf', main],
      ['one.conf', one],
      ['d/1.conf', first],
      ['d/2.conf', second],
    ]);
  });

/** Anything at all, with bytes that mean something much more often. */
export const anyText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...['\n', '[', ']', '(', ')', '!', '+', '=', ';', '--', '\\', '#include ', 'main.conf', 'a', 'b', ' '],
      ),
      fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
    ),
    { maxLength: 400 },
  )
  .map((bytes) => bytes.join(''));
