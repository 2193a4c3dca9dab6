import { referencePath } from '../../../apps/api/src/http/reference-urls.js';

/** The documented operations that never answered 2xx or 3xx, so that the run did not check such an answer. */
export async function unmetOperations(url: string): Promise<string[]> {
  const { paths } = (await (await fetch(`${url}/docs-json`)).json()) as { paths: Record<string, object> };
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const met = new Set(
    [...metrics.matchAll(/_count\{method="(\w+)",route="([^"]+)",status="[23]\d\d"\}/g)].map(
      ([, method, route]) => `${method} ${referencePath(route.replace(/:(\w+)/g, '{$1}'))}`,
    ),
  );
  return Object.entries(paths)
    .flatMap(([path, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`))
    .filter((operation) => !met.has(operation));
}
