import { closeSync, fsyncSync, openSync } from "node:fs";

/** Makes the content of a file survive a power cut. */
export function fsyncFile(file: string): void {
  const handle = openSync(file, "r+");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Makes a rename or removal in a folder survive a power cut; Windows keeps the order by itself and cannot open folders. */
export function fsyncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
