/** An answer read from the wire, for requests that `fetch` refuses to send or answers it would change. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/**
 * Sends bytes to the hub as they are and reads until it closes the connection.
 * @param head the request line and headers without the blank line; `Host` and `Connection: close` are added
 * @throws when the hub closes without an HTTP answer
 */
export async function sendRaw(url: string, head: string, body = ""): Promise<RawAnswer> {
  const { hostname, port, host } = new URL(url);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let received = "";
  const bytes = Buffer.from(`${head}\r\nHost: ${host}\r\nConnection: close\r\n\r\n${body}`, "latin1");
  let sent = 0;
  const socket = await Bun.connect({
    hostname,
    port: Number(port),
    socket: {
      data(_, chunk) {
        received += chunk.toString("latin1");
      },
      drain(connection) {
        sent += connection.write(bytes.subarray(sent));
      },
      close: () => resolve(received),
      error: (_, error) => reject(error),
    },
  });
  sent += socket.write(bytes.subarray(sent));
  const answer = await promise;
  const end = answer.indexOf("\r\n\r\n");
  const [statusLine = "", ...lines] = answer.slice(0, Math.max(end, 0)).split("\r\n");
  const status = Number(statusLine.match(/^HTTP\/1\.1 (\d{3})/)?.[1]);
  if (!status) throw new Error(`No HTTP answer to ${head.slice(0, 100)}: ${JSON.stringify(answer.slice(0, 200))}`);
  const headers = new Headers(lines.map((line) => line.split(/:\s*(.*)/s, 2) as [string, string]));
  const content = answer.slice(end + 4);
  const text = headers.get("transfer-encoding") === "chunked" ? unchunked(content) : content;
  return { status, headers, body: Buffer.from(text, "latin1").toString("utf8") };
}

function unchunked(content: string): string {
  let text = "";
  for (let at = 0; at < content.length; ) {
    const line = content.indexOf("\r\n", at);
    const size = Number.parseInt(content.slice(at, line), 16);
    if (!size) break;
    text += content.slice(line + 2, line + 2 + size);
    at = line + 2 + size + 2;
  }
  return text;
}
