import { rm, stat } from "node:fs/promises";
import path from "node:path";
import manifest from "../package.json" with { type: "json" };

/** Makes dist/hub (Linux) and dist/hub.exe (Windows): the whole hub in one file each, runtime and `public/` included. */

const root = path.resolve(import.meta.dir, "..");
const dist = path.join(root, "dist");
const targets = [
  { target: "bun-linux-x64", file: "hub" },
  { target: "bun-windows-x64", file: "hub.exe" },
] as const;

process.chdir(root); // assets keep the path that they have from here
await rm(dist, { recursive: true, force: true });

const define = { BUILD_VERSION: JSON.stringify(manifest.version), BUILD_DATE: JSON.stringify(lastCommitDate()) };

for (const { target, file } of targets) {
  const outfile = path.join(dist, file);
  await Bun.build({
    entrypoints: [path.join(root, "src/main.ts")],
    compile: {
      target,
      outfile,
      assets: ["public"],
      // Settings come from the home folder alone (src/config.ts), never from the folder the hub is started in.
      autoloadDotenv: false,
      autoloadBunfig: false,
    },
    define,
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
  for (const map of new Bun.Glob("*.map").scanSync(dist)) await rm(path.join(dist, map));
  const { size } = await stat(outfile);
  console.log(`dist/${file}  ${(size / 1e6).toFixed(1)} MB  ${target}`);
}

/** When the last commit was made, so that the same commit gives the same executable; null outside a git checkout. */
function lastCommitDate(): string | null {
  const { success, stdout } = Bun.spawnSync(["git", "log", "-1", "--format=%cI"], { cwd: root, stderr: "ignore" });
  return success ? stdout.toString().trim() : null;
}
