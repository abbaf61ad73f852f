// A share of the queue with workers of its own.
import { exact, object, string, struct, uniqueProperty, unsigned } from '../schema/index.ts';

export const MtaVirtualQueue = object({
  name: 'MtaVirtualQueue',
  description: 'A share of the queue with workers of its own',
  label: 'name',
  columns: ['name', 'threadsPerNode', 'description'],
  shape: struct('MtaVirtualQueue', 'A queue', {
    description: string('What this is for, shown to people in lists').nullable(),
    name: string('Name, of at most eight characters', { maxLength: 8 }).immutable(),
    threadsPerNode: unsigned('Most deliveries of this queue at one time, on each node', { min: 1 }).default(
      25,
    ),
  }),
  unique: [uniqueProperty('MtaVirtualQueue', 'name')],
  filters: {
    name: exact('name'),
  },
  awaits: 'outbound delivery',
});
