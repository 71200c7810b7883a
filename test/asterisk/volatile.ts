/** What differs between two conversations with one Asterisk, by nature: each is documented by its line here. */

const VOLATILE: readonly (readonly [RegExp, string])[] = [
  // clocks
  [/^(Timestamp: )\d+\.\d{6}/gim, '$1<time>'],
  [/^(Uptime: |LastReload: )\d+/gim, '$1<seconds>'],
  [/^(EventTV: |SessionTV: )[^\r\n]*/gm, '$1<time>'],
  [/\(login was \d+ secs ago\)/g, '(login was <seconds> ago)'],
  [/^(Seconds: |LastPause: |LoginTime: )\d+/gm, '$1<seconds>'],
  [/^(Duration: )\d\d:\d\d:\d\d/gm, '$1<time>'],
  [/^(CoreCurrentCalls: |CoreProcessedCalls: )\d+/gm, '$1<count>'],
  [/^(CoreStartup|CoreReload)(Date|Time): [^\r\n]*/gm, '$1$2: <time>'],
  [/^(Output: (?:System uptime|Last reload): )[^\r\n]*/gim, '$1<time>'],
  // identities of calls, which Asterisk numbers through
  [/\b\d{10}\.\d+\b/g, '<uniqueid>'],
  [/(Local\/[\w@.-]+)-[0-9a-f]{8};([12])/g, '$1-<id>;$2'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '<uuid>'],
  // identities of sessions and of their sockets
  [/^(SessionID: )0x[0-9a-f]+/gm, '$1<session>'],
  [/^((?:Local|Remote)Address: IPV[46]\/\w+\/[^/]*)\/\d+/gm, '$1/<port>'],
  [/^(Challenge: )\d+/gm, '$1<challenge>'],
  [/^(ExpectedResponse: )[0-9a-f]{32}/gm, '$1<key>'],
];

/** The text with everything volatile replaced by a name of its kind. */
export function masked(text: string): string {
  return VOLATILE.reduce((rest, [pattern, name]) => rest.replace(pattern, name), text);
}
