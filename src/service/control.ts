import { timingSafeEqual } from "node:crypto";

/** Where a running hub can be told to stop, and the proof that whoever tells it may read the hub's own files. */
export interface ControlAddress {
  url: string;
  token: string;
}

/** A door into the running hub for its own commands; see `openControl`. */
export interface Control extends ControlAddress {
  /** Resolves when somebody with the token asks the hub to stop. */
  stopRequested: Promise<void>;
  close(): void;
}

/**
 * Opens a port that only this machine can reach, apart from the API's: Windows knows no SIGTERM, so another process has no other way to ask
 * for an end in good order. It works whatever HOST, keys and limits are set to, and tells the supervisor that the event loop turns.
 */
export function openControl(): Control {
  const token = Buffer.from(crypto.getRandomValues(new Uint8Array(24))).toString("base64url");
  const { promise: stopRequested, resolve } = Promise.withResolvers<void>();
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch(request) {
      if (!isSame(request.headers.get("X-Hub-Token") ?? "", token)) return new Response(null, { status: 403 });
      if (request.method !== "POST") return new Response(null, { status: 204 });
      resolve();
      return new Response(null, { status: 202 });
    },
  });
  return { url: `http://127.0.0.1:${server.port}`, token, stopRequested, close: () => void server.stop(true) };
}

/** Whether the hub behind an address turns its event loop; false also for an address that is none any more. */
export const isAlive = (control: ControlAddress, patienceMs: number): Promise<boolean> =>
  ask(control, "GET", patienceMs);

/** Asks a hub to stop; false when it did not hear. */
export const requestStop = (control: ControlAddress, patienceMs: number): Promise<boolean> =>
  ask(control, "POST", patienceMs);

async function ask({ url, token }: ControlAddress, method: string, patienceMs: number): Promise<boolean> {
  try {
    // Under Wine a refused connection hangs for ever otherwise.
    const signal = AbortSignal.timeout(patienceMs);
    return (await fetch(url, { method, headers: { "X-Hub-Token": token }, signal })).ok;
  } catch {
    return false;
  }
}

function isSame(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}
