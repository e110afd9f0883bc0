/** What a program of the system wrote, as one line. Windows' own programs write in the code page of the console, in Korea CP949. */
export function toolOutput(bytes: Uint8Array): string {
  const decode = (encoding: "utf-8" | "euc-kr", fatal: boolean) => new TextDecoder(encoding, { fatal }).decode(bytes);
  let text: string;
  try {
    text = decode("utf-8", true);
  } catch {
    text = decode("euc-kr", false);
  }
  return text.trim().replaceAll(/\s+/g, " ").slice(0, 500);
}
