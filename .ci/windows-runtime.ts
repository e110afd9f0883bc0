import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Data, NtExecutable, NtExecutableResource, Resource } from "resedit";

/** What Windows shows of hub.exe: its icon, and the "Details" of its properties. */
export interface WindowsFacts {
  /** Path of an .ico file. */
  icon: string;
  name: string;
  description: string;
  /** Three numbers with dots. */
  version: string;
}

const englishUs = { lang: 1033, codepage: 1200 };

/**
 * Writes Bun's Windows runtime with the hub's icon and version in place of Bun's to `outfile`. It is what `compile.executablePath` takes: Bun's own options
 * for this (`compile.windows`) do nothing on a machine that is not Windows (1.4.5), and behind the program's code that Bun adds nothing can be inserted.
 * @throws Error when the runtime is not to be had.
 */
export async function windowsRuntime(facts: WindowsFacts, outfile: string): Promise<void> {
  const program = NtExecutable.from(readFileSync(await bunForWindows()), { ignoreCert: true });
  const resources = NtExecutableResource.from(program);
  const icons = Data.IconFile.from(readFileSync(facts.icon)).icons.map(({ data }) => data);
  const [group] = Resource.IconGroupEntry.fromEntries(resources.entries);
  Resource.IconGroupEntry.replaceIconsForResource(resources.entries, group!.id, englishUs.lang, icons);
  const [info] = Resource.VersionInfo.fromEntries(resources.entries);
  info!.setFileVersion(`${facts.version}.0`, englishUs.lang);
  info!.setProductVersion(`${facts.version}.0`, englishUs.lang);
  for (const name of ["CompanyName", "LegalCopyright"]) info!.removeStringValue(englishUs, name);
  info!.setStringValues(englishUs, {
    ProductName: facts.name,
    FileDescription: facts.name,
    Comments: facts.description,
    InternalName: "hub",
    OriginalFilename: "hub.exe",
    LegalCopyright: "hub.exe --licences",
  });
  info!.outputToResourceEntries(resources.entries);
  resources.outputResource(program);
  writeFileSync(outfile, new Uint8Array(program.generate()));
}

/** Bun for Windows out of Bun's cache, where compiling anything for Windows puts it. */
async function bunForWindows(): Promise<string> {
  const { stdout } = Bun.spawnSync([process.execPath, "pm", "cache"]);
  const runtime = path.join(stdout.toString().trim(), `bun-windows-x64-v${Bun.version}`);
  if (!existsSync(runtime)) await fetchRuntime();
  if (!existsSync(runtime)) throw new Error(`Bun's runtime for Windows is not at ${runtime}, where Bun puts it.`);
  return runtime;
}

async function fetchRuntime(): Promise<void> {
  const scratch = mkdtempSync(path.join(tmpdir(), "hub-runtime-"));
  try {
    const entry = path.join(scratch, "nothing.ts");
    writeFileSync(entry, "");
    await Bun.build({
      entrypoints: [entry],
      compile: { target: "bun-windows-x64", outfile: path.join(scratch, "nothing.exe") },
    });
  } finally {
    rmSync(scratch, { recursive: true });
  }
}
