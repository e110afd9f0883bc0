import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type ZipAttributes, zipSync } from "fflate";
import { envExample } from "./env-example.ts";

/** What an operator is handed: one zip with the executable and all that belongs beside it. */
export interface Release {
  /** The project's folder. */
  root: string;
  /** The executable, under whose name it goes into the zip. */
  executable: string;
  licences: string;
  version: string;
  /** When the last commit was made: the time of every file in the zip. */
  date: Date;
}

/** The contents of the zip by name. The names of the start pages are those that whoever unpacks it reads first. */
export function releaseFiles({ root, executable, licences, version }: Omit<Release, "date">): Map<string, Uint8Array> {
  const text = (content: string) => new TextEncoder().encode(content);
  // Notepad of older Windows shows files without CR in one line, and takes Korean for another code page without a byte order mark.
  const notepad = (content: string) => text(`\uFEFF${content.replaceAll("\n", "\r\n")}`);
  const doc = (name: string) => readFileSync(path.join(root, "docs", name), "utf8");
  const page = (name: string) => text(doc(name).replaceAll("VERSION", version));
  const files = new Map([
    [path.basename(executable), new Uint8Array(readFileSync(executable))],
    ["시작하기.html", page("start_here.ko.html")],
    ["START_HERE.html", page("start_here.html")],
    [".env.example", notepad(envExample(doc("operations_manual.ko.md")))],
    ["LICENCES.txt", notepad(licences)],
  ]);
  return files.set("SHA256SUMS", text(checksums(files)));
}

/** Lines as `sha256sum --check` reads them. */
export function checksums(files: ReadonlyMap<string, Uint8Array>): string {
  const line = (name: string, bytes: Uint8Array) => `${createHash("sha256").update(bytes).digest("hex")}  ${name}\n`;
  return [...files].map(([name, bytes]) => line(name, bytes)).join("");
}

/**
 * Packs files into a folder within a zip: the same files and date give the same bytes, whatever the clock, the time zone and the user's rights.
 * The executable bit is kept for Linux.
 */
export function zip(files: ReadonlyMap<string, Uint8Array>, folder: string, date: Date): Uint8Array {
  // A zip holds local time; made from the parts of UTC, it is the same in every time zone.
  const mtime = new Date(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate(), 12);
  const options = (name: string): ZipAttributes => ({
    mtime,
    os: 3, // Unix, so that the upper half of `attrs` is the file's mode (APPNOTE.TXT 4.4.2)
    attrs: (name.startsWith("hub") ? 0o100755 : 0o100644) << 16,
  });
  const entries = [...files].map(([name, bytes]) => [`${folder}/${name}`, [bytes, options(name)]]);
  return zipSync(Object.fromEntries(entries), { level: 6 });
}

/** Writes the zip of a release into `dist` and returns its path. */
export function writeRelease(release: Release, dist: string): string {
  const system = path.extname(release.executable) === ".exe" ? "windows" : "linux";
  const folder = `production-data-hub-${release.version}`;
  const file = path.join(dist, `${folder}-${system}.zip`);
  writeFileSync(file, zip(releaseFiles(release), folder, release.date));
  return file;
}
