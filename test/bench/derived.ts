/** Waits until a hub has made all that it derives from the present content of its files, so that answers come from it. */
export async function derivedReady(url: string, limitMs = 300_000): Promise<void> {
  const end = Date.now() + limitMs;
  for (;;) {
    const response = await fetch(`${url}/healthz`);
    const { rollup, search, files } = (await response.json()) as {
      rollup: { state: string };
      search?: { state: string };
      files: { name: string; state: string; read_from: string | null }[];
    };
    const live = files.find(({ name }) => name === "live");
    const ready = rollup.state === "ready" && (search === undefined || search.state === "ready");
    if (ready && live?.read_from === "mirror" && files.every(({ state }) => state === "ok")) return;
    if (Date.now() > end) throw new Error(`The hub had not made its daily totals after ${limitMs / 1000} s.`);
    await Bun.sleep(100);
  }
}
