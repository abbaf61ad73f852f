// Reduces HTML to text for previews, search and plain readers: one pass over the tokens, no tree, no
// recursion, and the tokenizer itself stops at the limits.
import { Tokenizer, type TokenizerCallbacks } from 'htmlparser2';

export interface HtmlTextOptions {
  /** Characters of text after which reading stops. */
  readonly maxLength?: number;
  /** Tags and texts after which reading stops. */
  readonly maxNodes?: number;
  /** The texts of `alt` and `title` too, which a reader may be shown. Default false. */
  readonly attributes?: boolean;
}

const MAX_LENGTH = 16 * 1024 * 1024;
const MAX_NODES = 1_000_000;

/**
 * The text that a reader of this HTML sees: white space collapsed, blocks on lines of their own, scripts,
 * styles and titles left out, entities decoded.
 */
export function htmlToText(html: string, options: HtmlTextOptions = {}): string {
  const reader = new TextReader(html, options);
  return reader.run();
}

/** Elements after which a line ends. */
const LINES = new Set(
  'address article aside br center dd div dl dt fieldset figcaption figure footer form header hr li main nav option section tr'.split(
    ' ',
  ),
);
/** Elements that stand apart by an empty line. */
const PARAGRAPHS = new Set('blockquote h1 h2 h3 h4 h5 h6 ol p pre table ul'.split(' '));
const CELLS = new Set(['td', 'th']);
/** Elements whose content is not shown; the tokenizer reads it as raw text. */
const HIDDEN = new Set(['script', 'style', 'title']);
/** Attributes whose text is for the reader. */
const SHOWN = new Set(['alt', 'title']);

class TextReader implements TokenizerCallbacks {
  readonly #html: string;
  readonly #maxLength: number;
  #nodesLeft: number;
  readonly #tokenizer: Tokenizer;
  #out = '';
  /** Line breaks due before the next text. */
  #breaks = 0;
  #space = false;
  #hidden = '';
  #preformatted = 0;
  #tag = '';
  readonly #attributes: boolean;
  /** Text of the attribute that is being read; undefined for one that is not wanted. */
  #attribute: string | undefined;

  constructor(
    html: string,
    { maxLength = MAX_LENGTH, maxNodes = MAX_NODES, attributes = false }: HtmlTextOptions,
  ) {
    this.#html = html;
    this.#maxLength = maxLength;
    this.#nodesLeft = maxNodes;
    this.#attributes = attributes;
    this.#tokenizer = new Tokenizer({ decodeEntities: true }, this);
  }

  run(): string {
    this.#tokenizer.write(this.#html);
    if (this.#tokenizer.running) this.#tokenizer.end();
    return this.#out.length > this.#maxLength ? this.#out.slice(0, this.#maxLength) : this.#out;
  }

  ontext(start: number, end: number): void {
    this.#node();
    if (this.#hidden === '') this.#text(this.#html.slice(start, end));
  }

  ontextentity(codepoint: number): void {
    this.#node();
    if (this.#hidden === '') this.#text(String.fromCodePoint(codepoint));
  }

  onopentagname(start: number, end: number): void {
    this.#node();
    const name = this.#name(start, end);
    this.#tag = name;
    if (HIDDEN.has(name)) this.#hidden = name;
    else if (name === 'pre') this.#preformatted++;
    this.#edge(name);
  }

  onselfclosingtag(): void {
    if (this.#hidden === this.#tag) this.#hidden = '';
  }

  onclosetag(start: number, end: number): void {
    this.#node();
    const name = this.#name(start, end);
    if (name === this.#hidden) this.#hidden = '';
    else if (name === 'pre') this.#preformatted = Math.max(0, this.#preformatted - 1);
    this.#edge(name);
  }

  onattribname(start: number, end: number): void {
    const wanted = this.#attributes && this.#hidden === '' && SHOWN.has(this.#name(start, end));
    this.#attribute = wanted ? '' : undefined;
  }

  onattribdata(start: number, end: number): void {
    if (this.#attribute !== undefined) this.#attribute += this.#html.slice(start, end);
  }

  onattribentity(codepoint: number): void {
    if (this.#attribute !== undefined) this.#attribute += String.fromCodePoint(codepoint);
  }

  onattribend(): void {
    if (this.#attribute === undefined || this.#attribute === '') return;
    this.#node();
    this.#space = true;
    this.#text(this.#attribute);
    this.#space = true;
  }

  oncdata(): void {}
  oncomment(): void {}
  ondeclaration(): void {}
  onprocessinginstruction(): void {}
  onopentagend(): void {}
  onend(): void {}

  #name(start: number, end: number): string {
    // The names that matter are short.
    return end - start > 16 ? '' : this.#html.slice(start, end).toLowerCase();
  }

  #node(): void {
    if (--this.#nodesLeft <= 0 || this.#out.length >= this.#maxLength) this.#tokenizer.pause();
  }

  #edge(name: string): void {
    if (name === 'br') this.#breaks++;
    else if (LINES.has(name)) this.#breaks = Math.max(this.#breaks, 1);
    else if (PARAGRAPHS.has(name)) this.#breaks = Math.max(this.#breaks, 2);
    else if (CELLS.has(name)) this.#space = true;
  }

  #text(text: string): void {
    if (this.#preformatted > 0) {
      this.#separate();
      this.#out += text;
      return;
    }
    const words = text.replace(/[ \t\r\n\f\u00a0]+/g, ' ');
    if (words === ' ' || words === '') {
      this.#space ||= words === ' ';
      return;
    }
    if (words.startsWith(' ')) this.#space = true;
    this.#separate();
    this.#out += words.trim();
    this.#space = words.endsWith(' ');
  }

  #separate(): void {
    if (this.#out !== '') {
      if (this.#breaks > 0) this.#out += '\n'.repeat(Math.min(this.#breaks, 2));
      else if (this.#space) this.#out += ' ';
    }
    this.#breaks = 0;
    this.#space = false;
  }
}
