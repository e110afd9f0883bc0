import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

/** The licences of everything inside the executables, collected from what the bundler really takes. */

/** One package of the registry whose code is in the executable. */
export interface BundledPackage {
  name: string;
  version: string;
  /** As its package.json says, an SPDX identifier or close to one. */
  licence: string;
  /** The texts that it ships: its licence, notices, and those of what it holds itself. */
  texts: readonly string[];
}

/**
 * Licences under which somebody else's code may be in a program that is handed on as an executable, as long as its text goes with it. What asks for the
 * source of the whole (GPL, AGPL), forbids business (CC-BY-NC, BUSL) or is not known is not among them, and ends the build.
 */
export const shippable = new Set([
  ...["MIT", "MIT-0", "ISC", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "0BSD", "Unlicense", "CC0-1.0"],
  ...["BlueOak-1.0.0", "Zlib", "Python-2.0"],
  // htmx's name for 0BSD.
  "BSD-0-Clause",
]);

const manifestShape = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string().default("unknown"),
  author: z.union([z.string(), z.object({ name: z.string() }).transform(({ name }) => name)]).default(""),
});

/** What the browsers load is bundled by a macro (src/dashboard/chat), which the bundler of the hub itself does not see. */
const entrypoints = ["src/main.ts", "src/dashboard/chat/markdown-entry.ts"];

/**
 * The packages that the bundler takes into the executable, by name; an embedded file counts as its package.
 * @param root the project's folder
 * @throws Error when the sources cannot be bundled.
 */
export async function bundledPackages(root: string): Promise<BundledPackage[]> {
  const { metafile } = await Bun.build({
    entrypoints: entrypoints.map((file) => path.join(root, file)),
    target: "bun",
    splitting: true,
    metafile: true,
    root,
  });
  // The last one, because a package may bring packages of its own. Paths are relative to where the build was started.
  const folders = Object.keys(metafile!.inputs).flatMap(
    (file) => /^.*\bnode_modules\/(@[^/]+\/)?[^/]+/.exec(path.resolve(file).replaceAll("\\", "/")) ?? [],
  );
  return [...new Set(folders.filter((folder) => folder?.includes("node_modules")))]
    .map(readPackage)
    .sort((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1));
}

function readPackage(folder: string): BundledPackage {
  const manifest = manifestShape.parse(JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")));
  const shipped = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)|\.license\.txt$/i.test(file));
  const texts = shipped.sort().map((file) => readFileSync(path.join(folder, file), "utf8").trim());
  const { name, version, license: licence, author } = manifest;
  // A package that names its licence and ships no text of it gets the text of that name.
  if (texts.length === 0) texts.push([`Copyright (c) ${author || name}`, spdxText(licence)].join("\n\n"));
  return { name, version, licence, texts };
}

/** The text of a licence by its SPDX identifier. Throws for one that the list does not hold. */
function spdxText(id: string): string {
  const { licenseText } = z
    .object({ licenseText: z.string() })
    .parse(JSON.parse(readFileSync(Bun.resolveSync(`spdx-license-list/licenses/${id}.json`, import.meta.dir), "utf8")));
  return licenseText.trim();
}

/** What Bun says of itself and of the libraries in it, JavaScriptCore and SQLite among them, for the very version that builds. */
function runtimeLicences(root: string): string {
  const types = path.join(root, "node_modules/bun-types");
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(`${types}/package.json`, "utf8")));
  const page = `${types}/docs/project/license.mdx`;
  if (version !== Bun.version || !existsSync(page)) {
    throw new Error(`The licences of Bun ${Bun.version} are not there: bun-types is version ${version}.`);
  }
  return readFileSync(page, "utf8")
    .replace(/^---\n[\s\S]*?\n---\n/, "")
    .trim();
}

const rule = "=".repeat(100);

/**
 * The text of every licence of what is in the executables: the runtime and its libraries, then each package.
 * @throws Error for a package under a licence that does not allow to ship it, or without any text.
 */
export async function licencesText(root: string): Promise<string> {
  const packages = await bundledPackages(root);
  const refused = packages.filter(({ licence, texts }) => !shippable.has(licence) || texts.join("").length === 0);
  if (refused.length > 0) {
    const named = refused.map(({ name, version, licence }) => `${name}@${version} (${licence})`).join(", ");
    throw new Error(`No licence that allows to ship it, or no text of one: ${named}. See .ci/licences.ts.`);
  }
  const part = (heading: string, ...texts: string[]) => [rule, heading, rule, "", texts.join("\n\n"), ""].join("\n");
  const parts = [
    part(`Bun ${Bun.version}`, runtimeLicences(root)),
    part("MIT License (Bun)", spdxText("MIT")),
    part("GNU Library General Public License 2 (JavaScriptCore)", spdxText("LGPL-2.0-only")),
    part("GNU Lesser General Public License 2.1 (TinyCC)", spdxText("LGPL-2.1-only")),
    part("Apache License 2.0 (simdutf, uSockets, highway and others named above)", spdxText("Apache-2.0")),
    ...packages.map(({ name, version, licence, texts }) => part(`${name} ${version} (${licence})`, ...texts)),
  ];
  const opening = `What is inside the Production Data Hub that others wrote, and under which licences: the runtime Bun with its libraries, and ${packages.length} packages.`;
  return `${[opening, ...parts].join("\n\n").replaceAll("\r\n", "\n").trimEnd()}\n`;
}
