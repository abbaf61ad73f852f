// What is wrong with a value. Two sorts are told apart on the wire: a value that is not of the field's JSON
// shape or may not be written (`invalidPatch`), and a finished record that breaks a constraint
// (`validationFailed`). All of them are collected, so that a caller hears of every bad field at once.

/** An entry of `validationErrors`. */
export type ValidationError =
  | { readonly type: 'Required'; readonly property: string }
  | { readonly type: 'Invalid'; readonly property: string; readonly value: string }
  | {
      readonly type: 'MinLength' | 'MaxLength' | 'MinValue' | 'MaxValue';
      readonly property: string;
      readonly required: number;
    };

export class Problems {
  /** Pointers of what cannot be accepted, with the reason. */
  readonly rejected = new Map<string, string>();
  readonly violations: ValidationError[] = [];

  /** Notes a value of the wrong shape, or one that may not be written. Always gives undefined. */
  reject(at: string, reason: string): undefined {
    if (!this.rejected.has(at)) this.rejected.set(at, reason);
    return undefined;
  }

  violate(error: ValidationError): void {
    this.violations.push(error);
  }
}
