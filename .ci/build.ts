import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import manifest from "../package.json" with { type: "json" };
import { licencesText } from "./licences.ts";
import { checksums, writeRelease } from "./release.ts";
import { windowsRuntime } from "./windows-runtime.ts";

/**
 * Makes dist/hub (Linux) and dist/hub.exe (Windows), the whole hub in one file each with runtime, pages, documents and licences, and the zips to hand on.
 * `--only linux|windows` makes one of them, `--no-zip` leaves the zips out, `--out DIR` puts them elsewhere. The same commit gives the same bytes,
 * whenever it is built and in whatever folder of a machine; Bun takes in the files of `assets` as the file system lists them, which is another order elsewhere.
 */

const { values } = parseArgs({
  options: { only: { type: "string" }, out: { type: "string" }, zip: { type: "boolean", default: true } },
  allowNegative: true,
});
const root = path.resolve(import.meta.dir, "..");
const dist = path.resolve(values.out ?? path.join(root, "dist"));
const { version, description } = manifest;
const date = lastCommitDate();
/** The first day that a zip can name, for what is built outside of a git checkout. */
const earliest = "1980-01-02";
const targets = [
  { system: "linux", target: "bun-linux-x64", file: "hub" },
  { system: "windows", target: "bun-windows-x64", file: "hub.exe" },
] as const;

process.chdir(root); // assets keep the path that they have from here
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

const licences = await licencesText(root);
const runtime = path.join(tmpdir(), `hub-runtime-${process.pid}.exe`);
const built: string[] = [];
try {
  for (const { system, target, file } of targets) {
    if (values.only !== undefined && values.only !== system) continue;
    const outfile = path.join(dist, file);
    if (system === "windows") {
      const facts = { icon: "public/favicon.ico", name: "Production Data Hub", description, version };
      await windowsRuntime(facts, runtime);
    }
    await Bun.build({
      entrypoints: [path.join(root, "src/main.ts")],
      compile: {
        target,
        outfile,
        ...(system === "windows" ? { executablePath: runtime } : {}),
        assets: ["public"],
        // Settings come from the home folder alone (src/config.ts), never from the folder the hub is started in.
        autoloadDotenv: false,
        autoloadBunfig: false,
      },
      define: {
        BUILD_VERSION: JSON.stringify(version),
        BUILD_DATE: JSON.stringify(date),
        BUILD_LICENCES: JSON.stringify(licences),
      },
      // Bytecode and one chunk for each command: a worker answers after 11 ms instead of 40, the server listens after 70 ms
      // instead of 130. Top-level await needs the esm format.
      bytecode: true,
      format: "esm",
      splitting: true,
      // Stack traces name the source's files and functions: maps inside (0.5 MB), nothing minified (would save 0.3 MB).
      sourcemap: "inline",
      minify: false,
    });
    // Bun writes the maps beside the executable as well.
    for (const map of new Bun.Glob("*.map").scanSync(dist)) rmSync(path.join(dist, map));
    built.push(outfile);
    if (!values.zip) continue;
    built.push(writeRelease({ root, executable: outfile, licences, version, date: new Date(date ?? earliest) }, dist));
  }
} finally {
  rmSync(runtime, { force: true });
}
const sums = checksums(new Map(built.map((file) => [path.basename(file), new Uint8Array(readFileSync(file))])));
writeFileSync(path.join(dist, "SHA256SUMS"), sums);
for (const file of built) console.log(`${(statSync(file).size / 1e6).toFixed(1).padStart(6)} MB  ${file}`);

/** When the last commit was made, so that the same commit gives the same executable; null outside a git checkout. */
function lastCommitDate(): string | null {
  const { success, stdout } = Bun.spawnSync(["git", "log", "-1", "--format=%cI"], { cwd: root, stderr: "ignore" });
  return success ? stdout.toString().trim() : null;
}
