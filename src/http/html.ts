/** HTML in which every text is escaped unless it was made here: what comes from the wire cannot become markup. */

class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

export type Html = Markup;
export type HtmlPart = string | number | Html | readonly Html[];

/** A template of our own; what is put into it is text, or HTML that was made the same way. */
export function html(pieces: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  const texts = pieces.map((piece, index) => (index === 0 ? piece : `${render(parts[index - 1] ?? '')}${piece}`));
  return new Markup(texts.join(''));
}

function render(part: HtmlPart): string {
  if (part instanceof Markup) return part.toString();
  if (typeof part === 'string') return escapeText(part);
  return typeof part === 'number' ? String(part) : part.map(String).join('');
}

/** Good between tags and in quoted attributes. */
function escapeText(text: string): string {
  return text.replace(UNSEEN, '\ufffd').replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Control characters, and those that turn the direction of writing: with them a name could pretend to be another. */
const UNSEEN = /[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
