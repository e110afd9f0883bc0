/**
 * The Markdown parser with its tables as one module for browsers, 25 KB compressed. Called as a macro: once while the hub is built, and from
 * the source tree when the script is first asked for. By a process, because a macro may not call Bun.build.
 * @throws Error with what the bundler said.
 */
export function markdownBundle(): string {
  const { success, stdout, stderr } = Bun.spawnSync({
    cmd: [process.execPath, "build", `${import.meta.dir}/markdown-entry.ts`, "--target=browser", "--minify"],
    // The executable of the hub is no bundler; while it is built this process is.
    env: { ...process.env, BUN_BE_BUN: "1" },
  });
  if (!success) throw new Error(`The Markdown parser could not be bundled: ${stderr}`);
  return stdout.toString();
}
