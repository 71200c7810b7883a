import { expect, it } from 'vitest';
import { formatTable } from '../../../src/cli/text-table.js';

const columns = [
  { title: 'user', align: 'left' },
  { title: 'events', align: 'right' },
  { title: 'filters', align: 'left' },
] as const;

it('makes columns as wide as their cells, numbers to the right, without blanks at the end', () => {
  const table = formatTable(columns, [
    ['wallboard', '7', '-'],
    ['crm', '12000', 'x'],
  ]);

  expect(table).toBe('USER       EVENTS  FILTERS\nwallboard       7  -\ncrm         12000  x\n');
});

it('puts a cell of several lines below itself', () => {
  expect(formatTable(columns, [['crm', '1', 'one\ntwo']])).toBe(
    'USER  EVENTS  FILTERS\ncrm        1  one\n              two\n',
  );
});

it('lets no name steer the terminal', () => {
  expect(formatTable(columns, [['\x1b]0;x\x07\u202e', '1', '']])).toContain('?]0;x??');
});
