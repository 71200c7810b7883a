import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { html } from '../../../src/http/html.js';

describe('html', () => {
  it('escapes every text that is put into it, in attributes too', () => {
    const made = html`<p title="${'"&<>'}">${"<script>'"}</p>`;

    expect(made.toString()).toBe('<p title="&#34;&#38;&#60;&#62;">&#60;script&#62;&#39;</p>');
  });

  it('takes HTML that was made the same way as it is, alone and in lists', () => {
    const items = ['a', '<b>'].map((one) => html`<li>${one}</li>`);

    expect(html`<ul>${items}</ul>${html`<hr>`}${7}`.toString()).toBe('<ul><li>a</li><li>&#60;b&#62;</li></ul><hr>7');
  });

  it('shows what would be unseen: control characters and turns of direction', () => {
    expect(html`${'a\x1b[31m\u202eb\0'}`.toString()).toBe('a\ufffd[31m\ufffdb\ufffd');
  });

  it('lets no text open or close a tag or an attribute', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(html`${text}`.toString()).not.toMatch(/[<>"']/);
      }),
    );
  });
});
