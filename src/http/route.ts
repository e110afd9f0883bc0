import type { Context } from "hono";
import { routePath } from "hono/route";
import type { HubEnv } from "./env.ts";

/** What is said of a request that no route answers: clients make up any number of paths. */
const unknown = "unknown";
const methods = new Set(["GET", "HEAD", "POST", "OPTIONS"]);

/** `/records/:item_code{.+}`, as hono has it, becomes `/records/{item_code}`, as OpenAPI has it. */
export function pathTemplate(path: string): string {
  return path.replace(/:(\w+)(\{[^}]*\})?/g, "{$1}");
}

/** Made once for each pattern. */
const templates = new Map<string, string>();

/**
 * Method and pattern of the route that a request goes to, such as `GET /records/{item_code}`, the same for a path and its twin under /api/v1:
 * one of a finite number of texts, whatever clients ask for.
 */
export function routeOf(c: Context<HubEnv>): string {
  const pattern = routePath(c, -1);
  let template = templates.get(pattern);
  if (template === undefined) {
    // What ends in an asterisk is middleware: nothing behind it was found.
    template =
      pattern === "" || pattern.endsWith("*") ? unknown : pathTemplate(pattern.replace(/^\/api\/v1(?=\/.)/, ""));
    templates.set(pattern, template);
  }
  return `${methods.has(c.req.method) ? c.req.method : "OTHER"} ${template}`;
}
