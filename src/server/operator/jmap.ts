// JMAP over the operator's socket: server objects and questions about access, for whoever runs the server. No
// credentials: being able to open the socket is the permission. The audit trail says `server`, with the operator as
// credential.
import { operatorToken } from '../../access/index.ts';
import { Invalid, Slice } from '../../base/index.ts';
import { readRequest, RequestError } from '../../formats/jmap/index.ts';
import {
  coreMethods,
  type MethodTable,
  methodTable,
  registryMethods,
  type RequestContext,
  resultValue,
  runCalls,
} from '../../jmap/index.ts';
import { accountDirectory } from '../account-directory.ts';
import { adminMethods } from '../admin-methods.ts';
import type { Services } from '../services.ts';
import type { OperatorCommands } from './protocol.ts';

type Jmap = OperatorCommands['jmap'];

/** Calls of one request, and what one call may touch. */
const MAX_CALLS = 64;
const LIMITS = { maxObjectsInGet: 500, maxObjectsInSet: 500, maxQueryResults: 5000, maxChanges: 5000 };

/** What answers the command `jmap`. `narrow` leaves out what is not to be had now. */
export function operatorJmap(
  services: Services,
  narrow: (table: MethodTable) => MethodTable = (table) => table,
): (request: Jmap['arguments']) => Promise<Jmap['result']> {
  const { registry } = services;
  const table = narrow(
    methodTable([...coreMethods, ...registryMethods(registry), ...adminMethods(services)]),
  );
  const directory = accountDirectory(services);
  return async (json) => {
    const request = read(json);
    const context: Omit<RequestContext, 'using'> = {
      token: operatorToken(),
      client: { address: 'operator', port: 0, loopback: true, exempt: true },
      directory,
      created: new Map(Object.entries(request.createdIds ?? {})),
      slice: new Slice(),
      limits: LIMITS,
    };
    const responses = await runCalls(request, context, table);
    return {
      methodResponses: responses.map(({ name, result, callId }) => [name, resultValue(result), callId]),
      createdIds: Object.fromEntries(context.created),
    };
  };
}

function read(json: unknown): ReturnType<typeof readRequest> {
  try {
    return readRequest(json as Parameters<typeof readRequest>[0], MAX_CALLS);
  } catch (error) {
    if (error instanceof RequestError) throw new Invalid(error.message);
    throw error;
  }
}
