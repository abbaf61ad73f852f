// Text of HTML mail.
export { htmlToText, type HtmlTextOptions } from './text.ts';
