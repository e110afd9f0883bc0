import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { cruise, type ICruiseResult } from "dependency-cruiser";
import rules, { always } from "../.dependency-cruiser.ts";

/**
 * Draws into docs/architecture.md which room of the source uses which, as the imports have it. An arrow that follows from others is left out: with all two
 * hundred of them nothing could be seen. `--check` draws nothing and fails where what stands there is not so.
 */

type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** Files beside the rooms that belong together, by the one that they are drawn as. */
const together: Readonly<Record<string, readonly string[]>> = {
  "command.ts": ["main.ts", "usage.ts", "run.ts", "port-holder.ts", "stop-signal.ts"],
  "serve.ts": ["attention.ts", "home.ts", "hub-status.ts", "listen.ts", "start-error.ts", "stop.ts"],
  config: ["config.ts"],
};

const { values } = parseArgs({ options: { check: { type: "boolean" } } });
const root = path.resolve(import.meta.dir, "..");
const file = path.join(root, "docs/architecture.md");
const picture = /(?<=^```mermaid\n)[^`]*(?=^```$)/m;

const text = readFileSync(file, "utf8");
if (!picture.test(text))
  throw new Error(`${file} has no place for the picture: a block of code in the language mermaid.`);
const drawn = text.replace(picture, draw(await readGraph()));
if (!values.check) writeFileSync(file, drawn);
else if (drawn !== text) {
  console.error("The rooms of the source use others than docs/architecture.md shows: `bun run graph` draws them anew.");
  process.exit(1);
}

/** Which room uses which, types included. */
async function readGraph(): Promise<Graph> {
  const { output } = await cruise(["src"], { ...rules.options, baseDir: root });
  const graph = new Map<string, Set<string>>();
  for (const { source, dependencies } of (output as ICruiseResult).modules) {
    const from = roomOf(source);
    for (const { resolved } of dependencies) {
      const to = roomOf(resolved);
      if (from !== null && to !== null && from !== to) graph.set(from, (graph.get(from) ?? new Set()).add(to));
    }
  }
  return graph;
}

/** The room of a file; null for what is no part of the source, or used by all and uses nothing. */
function roomOf(source: string): string | null {
  const [folder, name = ""] = source.split("/");
  if (folder !== "src" || always.includes(name)) return null;
  return Object.keys(together).find((one) => together[one]!.includes(name)) ?? name;
}

/** Arrows as Mermaid writes them, without those that others imply. */
function draw(graph: Graph): string {
  const known = new Map<string, ReadonlySet<string>>();
  const below = (room: string, way: readonly string[]): ReadonlySet<string> => {
    if (way.includes(room)) throw new Error(`The rooms use each other in a circle: ${[...way, room].join(" → ")}.`);
    const used = [...(graph.get(room) ?? [])];
    const all = known.get(room) ?? new Set(used.flatMap((one) => [one, ...below(one, [...way, room])]));
    known.set(room, all);
    return all;
  };
  const arrows = [...graph].flatMap(([from, used]) =>
    [...used]
      .filter((to) => ![...used].some((other) => below(other, [from]).has(to)))
      .map((to) => `  ${from} --> ${to}\n`),
  );
  return ["flowchart TD\n", ...arrows.sort()].join("");
}
