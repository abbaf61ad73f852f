// What a command ends with when it cannot do its work: one plain sentence, and a status of sysexits.
export const Status = {
  ok: 0,
  /** The server refused, or something was not found. */
  refused: 1,
  /** The command line cannot be understood. */
  usage: 64,
  /** A file or a value in it is wrong. */
  data: 65,
  /** A file cannot be read. */
  noInput: 66,
  /** No server answers. */
  unavailable: 69,
  /** Name or password are wrong, or a permission is missing. */
  noPermission: 77,
} as const;
export type Status = (typeof Status)[keyof typeof Status];

export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly status: Status;
  constructor(message: string, status: Status = Status.refused) {
    super(message);
    this.status = status;
  }
}

/** Says what went wrong; returns the status. */
export function fail(message: string, status: Status = Status.refused): Status {
  process.stderr.write(`error: ${/[.!?:]$/.test(message) ? message : `${message}.`}\n`);
  return status;
}
