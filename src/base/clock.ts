// The time. Everything that stores or compares a time asks here, so that tests can hold it.

let source: () => number = Date.now;

/** Milliseconds since 1970. */
export const now = (): number => source();

/** Replaces the clock until the returned function is called. For tests. */
export function holdClock(fn: () => number): () => void {
  const before = source;
  source = fn;
  return () => {
    source = before;
  };
}
