// A running process of the cluster.
import { choice, exact, object, string, struct, unsigned, utcDateTime } from '../schema/index.ts';

export const ClusterNode = object({
  name: 'ClusterNode',
  description: 'A running process of the cluster',
  columns: ['nodeId', 'hostname', 'lastRenewal', 'status'],
  shape: struct('ClusterNode', 'A node', {
    hostname: string('Host it runs on'),
    lastRenewal: utcDateTime('When it last showed a sign of life'),
    nodeId: unsigned('Its number').default(1),
    status: choice('ClusterNodeStatus', 'State it is in'),
  }),
  filters: {
    nodeId: exact('nodeId'),
  },
  source: 'nodes',
  awaits: 'clusters',
});
