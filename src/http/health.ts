// Health endpoints: `live` while the event loop answers, `ready` while the server can do its work, `startup`
// once it could.
import { type Caller, type Exchange, problemReply, type Reply, type Route } from '../formats/http/index.ts';

export interface Readiness {
  /** Name of each check and `ok`, or the reason why not. */
  readonly checks: Readonly<Record<string, string>>;
}

export interface HealthOptions<C extends Caller> {
  readonly readiness: () => Promise<Readiness>;
  readonly started: () => boolean;
  /** Who may see the single checks besides loopback. */
  readonly mayInspect: (exchange: Exchange<C>) => boolean;
}

export function healthRoutes<C extends Caller>(options: HealthOptions<C>): Route<C>[] {
  const route = (path: string, handle: Route<C>['handle']): Route<C> => ({
    method: 'GET',
    path,
    signIn: 'optional',
    clear: true,
    unmetered: true,
    handle,
  });
  return [
    route('/healthz/live', () => state(200)),
    route('/healthz/startup', () => state(options.started() ? 200 : 503)),
    route('/healthz/ready', async (exchange) => {
      const { checks } = await options.readiness();
      const healthy = Object.values(checks).every((result) => result === 'ok');
      const verbose =
        exchange.query.has('verbose') && (exchange.client.loopback || options.mayInspect(exchange));
      return state(healthy ? 200 : 503, verbose ? { checks } : {});
    }),
  ];
}

function state(status: 200 | 503, more: Readonly<Record<string, unknown>> = {}): Reply {
  const title = status === 200 ? 'OK' : 'Service Unavailable';
  return problemReply({ status, title, detail: title, ...more }, { 'Cache-Control': 'no-store' });
}
