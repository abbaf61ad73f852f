// What a floor above runs inside the search thread.
import type { SearchStore } from './types.ts';

export interface Guest {
  /** Answers a call of `SearchClient.ask`. Arguments and answers are structured-clone values. */
  answer(method: string, args: readonly unknown[]): unknown;
  close(): Promise<void>;
}

/** The module that `SearchClient.load` names exports this. */
export interface GuestModule {
  /** @param data what `load` was given */
  startGuest(store: SearchStore, data: unknown): Promise<Guest>;
}
