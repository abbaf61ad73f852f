// Entry for fuzzing: any bytes as the body of a request. Only `RequestError`, `Invalid` and
// `Unsupported` may come out.
import { Invalid, Unsupported } from '../../base/index.ts';
import { readFilter, readSort } from './filter.ts';
import { emailGetArgs, emailQueryArgs, emailSetArgs, mailboxSetArgs } from './methods.ts';
import { isResultReference, ReferenceBudget, resolvePointer } from './pointer.ts';
import { isObject, type JsonObject, parseIJson, readRequest, RequestError } from './request.ts';

const SHAPES: readonly ((value: unknown, at: string) => unknown)[] = [
  emailGetArgs,
  emailQueryArgs,
  emailSetArgs,
  mailboxSetArgs,
];

/** Throws when a reader fails in any other way than by refusing the input. */
export function fuzz(bytes: Uint8Array): void {
  attempt(() => {
    const value = parseIJson(bytes);
    // What was read as I-JSON is written and read back the same.
    const text = JSON.stringify(value);
    if (JSON.stringify(parseIJson(Buffer.from(text))) !== text)
      throw new Error('a value reads back as another');
    for (const [, args] of readRequest(value, 16).methodCalls) readArguments(args);
  });
}

function readArguments(args: JsonObject): void {
  for (const shape of SHAPES) attempt(() => shape(args, ''));
  attempt(() => readFilter(args['filter'], (condition) => condition));
  attempt(() => readSort(args['sort']));
  for (const reference of Object.values(args)) {
    if (isResultReference(reference)) resolvePointer(args, reference.path, new ReferenceBudget(1000));
    else if (isObject(reference))
      for (const path of Object.keys(reference)) resolvePointer(args, path, new ReferenceBudget(1000));
  }
}

function attempt(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    const refused = [RequestError, Invalid, Unsupported].some((kind) => error instanceof kind);
    if (!refused) throw error;
  }
}
