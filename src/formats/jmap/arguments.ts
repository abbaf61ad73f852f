// The arguments that the standard methods of every type have (RFC 8620 §5).
import type { ComparatorInput, FilterInput } from './filter.ts';
import type { JsonObject } from './request.ts';
import {
  anything,
  flag,
  id,
  integer,
  list,
  mapOf,
  nullable,
  object,
  positive,
  type Shape,
  text,
  unsigned,
  withDefault,
} from './shape.ts';

/** Checked by the method itself, typed for the client. */
export const typed = <T>(): Shape<unknown, T> => anything as Shape<unknown, T>;
export const typedObject = <T>(): Shape<JsonObject, T> => object as Shape<JsonObject, T>;

export const getArgs = { accountId: id, ids: nullable(list(id)), properties: nullable(list(text)) };
export const changesArgs = { accountId: id, sinceState: text, maxChanges: nullable(positive) };
export const queryArgs = <C>() => ({
  accountId: id,
  filter: typed<FilterInput<C> | null | undefined>(),
  sort: typed<readonly ComparatorInput[] | null | undefined>(),
  position: withDefault(integer, 0),
  anchor: nullable(id),
  anchorOffset: withDefault(integer, 0),
  limit: nullable(unsigned),
  calculateTotal: withDefault(flag, false),
});
export const queryChangesArgs = <C>() => ({
  accountId: id,
  filter: typed<FilterInput<C> | null | undefined>(),
  sort: typed<readonly ComparatorInput[] | null | undefined>(),
  sinceQueryState: text,
  // RFC 8620 §5.6 has no lower bound here, unlike §5.2.
  maxChanges: nullable(unsigned),
  upToId: nullable(id),
  calculateTotal: withDefault(flag, false),
});
export const setArgs = <T>() => ({
  accountId: id,
  ifInState: nullable(text),
  create: nullable(mapOf(typedObject<T>())),
  update: nullable(mapOf(typedObject<Readonly<Record<string, unknown>>>())),
  destroy: nullable(list(id)),
});
