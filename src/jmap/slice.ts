// The share of the event loop that a request has.
export { Slice } from '../base/index.ts';
