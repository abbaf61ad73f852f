// What a group of nodes does, chosen by WAYPOST_ROLE.
import {
  choice,
  exact,
  nested,
  object,
  reference,
  set,
  string,
  struct,
  union,
  uniqueProperty,
} from '../schema/index.ts';

const ClusterListenerGroupProperties = struct(
  'ClusterListenerGroupProperties',
  'Listeners named one by one',
  {
    listenerIds: set(reference('NetworkListener'), 'The listeners'),
  },
);

const ClusterListenerGroup = union('ClusterListenerGroup', 'Which listeners', {
  EnableAll: null,
  DisableAll: null,
  EnableSome: ClusterListenerGroupProperties,
  DisableSome: ClusterListenerGroupProperties,
});

const ClusterTaskGroupProperties = struct('ClusterTaskGroupProperties', 'Work named one by one', {
  taskTypes: set(choice('ClusterTaskType'), 'Kinds of work'),
});

const ClusterTaskGroup = union('ClusterTaskGroup', 'Which background work', {
  EnableAll: null,
  DisableAll: null,
  EnableSome: ClusterTaskGroupProperties,
  DisableSome: ClusterTaskGroupProperties,
});

export const ClusterRole = object({
  name: 'ClusterRole',
  description: 'What a group of nodes does, chosen by WAYPOST_ROLE',
  label: 'name',
  columns: ['name', 'description'],
  shape: struct('ClusterRole', 'Role of nodes', {
    description: string('What this is for, shown to people in lists').nullable(),
    listeners: nested(ClusterListenerGroup, 'Listeners that such a node opens'),
    name: string('Name by which other settings refer to this').immutable(),
    tasks: nested(ClusterTaskGroup, 'Background work that such a node does'),
  }),
  unique: [uniqueProperty('ClusterRole', 'name')],
  filters: {
    name: exact('name'),
  },
  awaits: 'clusters',
});
