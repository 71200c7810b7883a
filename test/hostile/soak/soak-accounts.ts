/** Who takes part in the soak, and how many of each. */
export const SOAK_USERS = `
[everything]
secret = s
read = all

[listener]
secret = s
read = user

[even]
secret = s
read = user
eventfilter(name(UserEvent),header(Parity),method(exact)) = even

[not-even]
secret = s
read = user
eventfilter = !Parity: even

[caller]
secret = s
write = all

[passer]
secret = s
read = all
write = all

[sluggish]
secret = s
read = user
write = command

[web]
secret = s
read = user
write = user
`;

export const READERS = [
  { user: 'everything', count: 10, step: 1, first: 1, readsSystem: true },
  { user: 'listener', count: 30, step: 1, first: 1, readsSystem: false },
  { user: 'even', count: 10, step: 2, first: 2, readsSystem: false },
  { user: 'not-even', count: 10, step: 2, first: 1, readsSystem: false },
] as const;

export const CALLERS = [
  { name: 'named', count: 6, ids: 'named', depth: 1, pauseMs: 100 },
  { name: 'nameless', count: 4, ids: 'nameless', depth: 1, pauseMs: 100 },
  { name: 'pipelined', count: 2, ids: 'named', depth: 10, pauseMs: 200 },
  { name: 'nameless-pipelined', count: 2, ids: 'nameless', depth: 10, pauseMs: 200 },
] as const;

export const SOURCES = [
  { name: 'one', mostPerSecond: 60 },
  { name: 'two', mostPerSecond: 40 },
] as const;
