import { createHash } from "node:crypto";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { Hono } from "hono";
import { etag } from "hono/etag";
import { Asset } from "./asset.ts";
import type { HubEnv } from "./env.ts";

/**
 * `public/` as `--asset=public` embeds it, under the executable's virtual root; in the source tree two folders up.
 * In this order, because `../..` from the virtual root is the root of the machine's own disk.
 */
const folder = [join(import.meta.dir, "public"), join(import.meta.dir, "../../public")].find((path) =>
  existsSync(path),
);

/**
 * Every file of `public/` by its name. Only these names are served, so no path leads out of the folder. A folder named as a stylesheet is one: its files are
 * its parts, in the order of their names, so that a visit asks for one file however many there are.
 */
const assets = new Map<string, Asset>(folder === undefined ? [] : list(folder));

function list(root: string): [string, Asset][] {
  const names = readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(root, name)).isFile())
    .map((name) => name.replaceAll("\\", "/"));
  const parts = Map.groupBy(names.sort(), (name) => /^(.*\.css)\/[^/]+$/.exec(name)?.[1] ?? name);
  return [...parts].map(([name, files]) => [name, new Asset(files.map((file) => join(root, file)))]);
}

/** GET `/static/…`: the files of `public/`, and `/favicon.ico`, which browsers ask for unasked. Unknown names fall through to the app's own 404. */
export function staticFiles(): Hono<HubEnv> {
  const app = new Hono<HubEnv>();
  app.get("/static/:version{@[0-9a-f]+}/:folder/:name", etag(), async (c, next) => {
    const { version, folder, name } = c.req.param();
    const asset = assets.get(`${folder}/${name}`);
    return asset === undefined ? next() : asset.response(c, version === `@${versionOf(folder)}`);
  });
  app.get("/static/:name{.+}", etag(), async (c, next) => {
    const asset = assets.get(c.req.param("name"));
    return asset === undefined ? next() : asset.response(c);
  });
  app.get("/favicon.ico", etag(), async (c, next) => {
    const asset = assets.get("favicon.ico");
    return asset === undefined ? next() : asset.response(c);
  });
  return app;
}

/**
 * The link to a file of `public/`, with its version, so that a browser fetches it again only after an update.
 * @throws Error for a name that is not there: a mistake in a page, found by its first test.
 */
export function staticUrl(name: string): string {
  const asset = assets.get(name);
  if (asset === undefined) throw new Error(`public/${name} does not exist.`);
  return `/static/${name}?v=${asset.version}`;
}

/**
 * The link to a module in a folder of `public/`. The folder's version stands in the path, so that a module's relative imports carry it too:
 * behind a `?v=` they would be asked about each time, or be loaded twice.
 */
export function moduleUrl(folder: string, name: string): string {
  if (!assets.has(`${folder}/${name}`)) throw new Error(`public/${folder}/${name} does not exist.`);
  return `/static/@${versionOf(folder)}/${folder}/${name}`;
}

const versions = new Map<string, string>();

/** Twelve characters that change with any file of the folder. */
function versionOf(folder: string): string {
  const known = versions.get(folder);
  if (known !== undefined) return known;
  const parts = [...assets].filter(([name]) => name.startsWith(`${folder}/`)).map(([, { version }]) => version);
  const version = createHash("sha256").update(parts.sort().join()).digest("hex").slice(0, 12);
  versions.set(folder, version);
  return version;
}
