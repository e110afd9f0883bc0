/** What a receiver of webhooks got. */
export interface Received {
  at: number;
  headers: Headers;
  body: string;
}

/** How it answers a request: a status, a whole answer, or `hang` for none. */
type Reply = number | Response | "hang";

/**
 * A receiver of webhooks on loopback that writes down what it gets.
 * @param reply how it answers the n-th request, counted from 1
 * @example
 * using receiver = startReceiver((n) => (n === 1 ? 500 : 200));
 */
export function startReceiver(
  reply: (n: number, body: string) => Reply | Promise<Reply> = () => 200,
  tls?: Bun.TLSOptions,
) {
  const received: Received[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    ...(tls && { tls }),
    fetch: async (request) => {
      const body = await request.text();
      received.push({ at: performance.now(), headers: request.headers, body });
      const answer = await reply(received.length, body);
      if (answer === "hang") return await new Promise<Response>(() => {});
      return answer instanceof Response ? answer : new Response(null, { status: answer });
    },
  });
  return {
    url: `${tls ? "https" : "http"}://127.0.0.1:${server.port}/hooks/T0ken-of-This-Test`,
    received,
    /** The bodies that came, as JSON. */
    bodies: () => received.map(({ body }) => JSON.parse(body)),
    [Symbol.dispose]: () => void server.stop(true),
  };
}
