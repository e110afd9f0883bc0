/** Milliseconds that an answer takes up to its last byte. Throws where it is not one of success. */
export async function latencyOf(url: string): Promise<number> {
  const begin = performance.now();
  const response = await fetch(url);
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`${url} answered ${response.status}.`);
  return performance.now() - begin;
}
