// A command that does not follow the grammar, with the reply that says so.

export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: number;
  /** Enhanced status code. */
  readonly status: string;
  constructor(code: number, status: string, text: string) {
    super(text);
    this.code = code;
    this.status = status;
  }
}
