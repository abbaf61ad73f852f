// The route table: paths with variables, found segment by segment, so that the cost does not grow with the
// number of routes.
import type { Caller, Route, UpgradeRoute } from '../formats/http/index.ts';

export interface Match<C extends Caller> {
  readonly route: Route<C>;
  readonly params: Record<string, string>;
}

export type Found<C extends Caller> =
  | { readonly kind: 'route'; readonly match: Match<C> }
  | { readonly kind: 'method'; readonly allow: readonly string[] }
  | { readonly kind: 'nothing' };

interface Leaf<C extends Caller> {
  readonly names: readonly string[];
  readonly methods: Map<string, Route<C>>;
  upgrade?: UpgradeRoute<C>;
}

interface Node<C extends Caller> {
  readonly fixed: Map<string, Node<C>>;
  variable?: Node<C>;
  leaf?: Leaf<C>;
  rest?: Leaf<C>;
}

export class Router<C extends Caller> {
  readonly #root: Node<C> = { fixed: new Map() };

  constructor(routes: readonly Route<C>[], upgrades: readonly UpgradeRoute<C>[] = []) {
    for (const route of routes) {
      const leaf = this.#leaf(route.path);
      if (leaf.methods.has(route.method)) throw new Error(`two routes for ${route.method} ${route.path}`);
      leaf.methods.set(route.method, route);
    }
    for (const upgrade of upgrades) this.#leaf(upgrade.path).upgrade = upgrade;
  }

  /** HEAD is answered by the GET route unless it has one of its own (RFC 9110 §9.3.2). */
  find(method: string, path: string): Found<C> {
    const hit = this.#walk(path);
    if (!hit) return { kind: 'nothing' };
    const { methods } = hit.leaf;
    const route = methods.get(method) ?? (method === 'HEAD' ? methods.get('GET') : undefined);
    if (route) return { kind: 'route', match: { route, params: hit.params } };
    const allow = [...methods.keys()];
    if (methods.has('GET') && !methods.has('HEAD')) allow.push('HEAD');
    return { kind: 'method', allow };
  }

  findUpgrade(path: string): { route: UpgradeRoute<C>; params: Record<string, string> } | undefined {
    const hit = this.#walk(path);
    return hit?.leaf.upgrade && { route: hit.leaf.upgrade, params: hit.params };
  }

  #leaf(path: string): Leaf<C> {
    let node = this.#root;
    const names: string[] = [];
    const segments = path.slice(1).split('/');
    for (const [i, segment] of segments.entries()) {
      if (!segment.startsWith('{')) {
        let next = node.fixed.get(segment);
        if (!next) node.fixed.set(segment, (next = { fixed: new Map() }));
        node = next;
        continue;
      }
      const name = segment.slice(1, -1);
      if (name.endsWith('*')) {
        if (i !== segments.length - 1) throw new Error(`{${name}} must be last in ${path}`);
        return (node.rest ??= { names: [...names, name.slice(0, -1)], methods: new Map() });
      }
      names.push(name);
      node = node.variable ??= { fixed: new Map() };
    }
    return (node.leaf ??= { names, methods: new Map() });
  }

  #walk(path: string): { leaf: Leaf<C>; params: Record<string, string> } | undefined {
    const segments = path.slice(1).split('/');
    const values: string[] = [];
    let node: Node<C> | undefined = this.#root;
    let rest: { leaf: Leaf<C>; at: number; values: number } | undefined;
    for (const [i, segment] of segments.entries()) {
      if (node.rest) rest = { leaf: node.rest, at: i, values: values.length };
      const fixed: Node<C> | undefined = node.fixed.get(segment);
      if (!fixed && node.variable) values.push(segment);
      node = fixed ?? node.variable;
      if (!node) break;
    }
    if (node?.leaf) return named(node.leaf, values);
    if (!rest) return undefined;
    return named(rest.leaf, [...values.slice(0, rest.values), segments.slice(rest.at).join('/')]);
  }
}

/** Undefined when a variable is not valid percent-encoding: such a path names nothing. */
function named<C extends Caller>(
  leaf: Leaf<C>,
  values: readonly string[],
): { leaf: Leaf<C>; params: Record<string, string> } | undefined {
  const params: Record<string, string> = {};
  try {
    for (const [i, name] of leaf.names.entries()) params[name] = decodeURIComponent(values[i] ?? '');
  } catch {
    return undefined;
  }
  return { leaf, params };
}
