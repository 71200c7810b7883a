import { describe, expect, it } from 'vitest';
import { alternativeNames } from '../../../src/net/certificate-names.js';

describe('the alternative names of a certificate', () => {
  it.each([
    ['', []],
    ['DNS:crm.example', ['crm.example']],
    ['DNS:a, IP Address:127.0.0.1, email:x@example.org, URI:spiffe://a/b:c', ['a', 'x@example.org', 'spiffe://a/b:c']],
    ['DNS:"a, DNS:crm.example"', []],
    ['DNS:"a\\", DNS:crm.example", DNS:b', ['b']],
    ['othername:<unsupported>, DNS:b', ['b']],
    ['DirName:CN=crm, DNS:b', ['b']],
    ['nonsense', []],
  ])('are those that can be read in one way only: %s', (text, names) => {
    expect(alternativeNames(text)).toEqual(names);
  });
});
