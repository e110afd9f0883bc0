import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import manifest from "../../package.json" with { type: "json" };

const root = resolve(import.meta.dir, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
/** What programmers read about the repository. */
const documents = ["README.md", ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`)].filter((path) =>
  path.endsWith(".md"),
);
/** Every file that a document may name by the end of its path, and the folders that they stand in. */
const files = ["src", "test", "docs", "public", ".ci"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true })
    .map((path) => `/${folder}/${path}`)
    .filter((path) => !path.includes("/node_modules/")),
);

/** Whether a file or folder of the repository is meant by the end of its path, in which `*` and `NAME` stand for any name. */
function isThere(named: string): boolean {
  const pattern = new Bun.Glob(`**/${named.replace(/\/$/, "").replace("NAME", "*")}`);
  return existsSync(join(root, named)) || files.some((file) => pattern.match(file));
}

/** The texts between backticks, outside of examples. */
const quoted = (text: string): string[] =>
  [...text.replace(/^```.*?^```/gms, "").matchAll(/`([^`\n]+)`/g)].map(([, quote]) => quote!);

test.each(["README.md", "docs/architecture.md", "docs/performance.md", "docs/quality.md", "docs/targets.md"])(
  "every file of the source that %s names is there",
  (document) => {
    const named = quoted(read(document)).filter((text) =>
      /^(?:[\w*-]+\/)*(?:[\w*.-]+\.(?:tsx?|lua|css|md)|(?:src|test|public|\.ci)\/[\w/-]+\/?)$/.test(text),
    );
    expect(named.filter((text) => !isThere(text))).toEqual([]);
    if (document === "docs/architecture.md") expect(named.length).toBeGreaterThan(80);
  },
);

test.each(documents)(
  "every link of %s within the repository leads to a file, and to one of its chapters",
  (document) => {
    const chapters = (text: string): string[] =>
      [...text.matchAll(/^#+ (.+)$/gm)].map(([, name]) =>
        // As GitHub makes anchors of headings.
        name!
          .toLowerCase()
          .replace(/[^\p{L}\p{N} _-]/gu, "")
          .replaceAll(" ", "-"),
      );
    for (const [, link] of read(document).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(link!)) continue;
      const [path, chapter] = link!.split("#") as [string, string?];
      const target = path === "" ? document : join(document, "..", path);
      expect([link, existsSync(join(root, target))]).toEqual([link, true]);
      if (chapter !== undefined)
        expect([link, chapters(read(target))]).toEqual([link, expect.arrayContaining([chapter])]);
    }
  },
);

describe("docs/architecture.md", () => {
  const text = read("docs/architecture.md");
  const rooms = readdirSync(join(root, "src"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

  test("names every room of the source in its table", () => {
    const table = text.slice(text.indexOf("## Rooms"), text.indexOf("\n\n", text.indexOf("| `src/")));
    const first = table.split("\n").map((line) => line.split("|")[1] ?? "");
    const named = first.flatMap((cell) => quoted(cell).map((path) => path.replace(/^src\/|\/$/g, "")));
    expect(rooms.filter((room) => !named.includes(room))).toEqual([]);
  });
});

test.each(["README.md", "docs/architecture.md", "docs/performance.md"])(
  "every command of `bun run` that %s names is one of package.json's, and Bun has its version",
  (document) => {
    const text = read(document);
    const scripts = [...text.matchAll(/\bbun(?:@[\d.]+)? run ([a-z]+)/g)].map(([, name]) => name!);
    expect(scripts.length).toBeGreaterThan(0);
    expect(scripts.filter((name) => !(name in manifest.scripts))).toEqual([]);
    for (const [, version] of text.matchAll(/\bbun@([\d.]+\d)/g))
      expect(`bun@${version}`).toBe(manifest.packageManager);
  },
);
