import http from "node:http";
import { isIPv6 } from "node:net";
import { networkInterfaces } from "node:os";
import type { Server } from "bun";
import { newRequestId } from "./api/app.ts";
import type { Settings } from "./config.ts";
import { PortInUseError, StartError } from "./start-error.ts";

/** Bun answers a longer request head with an empty 431 of its own; below this the hub's own middleware says what is wrong. */
const maxHeadBytes = 4 * 1024 * 1024;
type Answer = (request: Request, server: Server<undefined>) => Response | Promise<Response>;

/**
 * Listens on the API's port, without which there is no hub.
 * @throws StartError when the port or the host is not to be had.
 */
export function listenForApi(settings: Settings, fetch: Answer): Server<undefined> {
  try {
    return listenOn(settings.apiPort, settings.host, fetch);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE") throw new PortInUseError(settings.apiPort);
    throw new StartError(`Nothing was started. ${whyDeaf(settings, code, message)}`);
  }
}

/** Why the hub cannot listen, and what to do. */
function whyDeaf({ host, apiPort }: Settings, code: string | undefined, message: string): string {
  if (code === "EACCES" || code === "EPERM") {
    return `This account may not listen on port ${apiPort}. Set API_PORT to one from 1024 up that nobody has reserved, such as 8000, in the .env file.`;
  }
  if (code === "EADDRNOTAVAIL" || code === "EINVAL" || code === "ENOTFOUND") {
    return `HOST is ${host}, but this computer has no such address${ownAddresses()}. Set HOST to one that it has, or to 0.0.0.0 for all of them, in the .env file.`;
  }
  return `The hub cannot listen on ${host}, port ${apiPort}: ${message}`;
}

function ownAddresses(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const found = all.filter(({ family }) => family === "IPv4").map(({ address }) => address);
  return found.length === 0 ? "" : ` (it has ${found.join(", ")})`;
}

/**
 * Listens on the dashboard's port of the earlier service too, unless that is turned off or the API's own. A port that is taken is no reason to
 * leave the API and the dashboard on it unserved, so it is only told.
 */
export function listenForDashboard(
  settings: Settings,
  fetch: Answer,
  warn: (message: string) => void,
): Server<undefined> | null {
  const { dashboardPort: port, apiPort, host } = settings;
  if (port === 0 || port === apiPort) return null;
  try {
    return listenOn(port, host, fetch);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === "EADDRINUSE" ? "is in use by another program" : `cannot be listened on (${message})`;
    warn(
      `Port ${port} ${reason}, so the dashboard is on port ${apiPort} alone. ` +
        "Stop that program and start the hub again, or set DASHBOARD_PORT to another port (0 = off) in the .env file.",
    );
    return null;
  }
}

function listenOn(port: number, hostname: string, fetch: Answer): Server<undefined> {
  // Bun reads this property at Bun.serve; node:http declares it read-only.
  Object.assign(http, { maxHeaderSize: maxHeadBytes });
  return Bun.serve({
    port,
    hostname,
    // The default of 10 s cuts answers that are computed for longer without a byte (Bun.serve, idleTimeout; 255 at most).
    idleTimeout: 255,
    development: false,
    // Without it `development: false` shares the port on Bun 1.4.5, and two hubs would answer by turns.
    reusePort: false,
    fetch,
    // What fails outside of the application still answers in the contract's shape.
    error: () => Response.json({ detail: "Internal server error.", request_id: newRequestId() }, { status: 500 }),
  });
}

/** The address at which a browser on this machine reaches a server that listens on `host`; an IPv6 address takes brackets (RFC 3986, 3.2.2). */
export function urlOf({ port }: Server<undefined>, host: string): string {
  const isAny = host === "0.0.0.0" || host === "::";
  return `http://${isAny ? "localhost" : isIPv6(host) ? `[${host}]` : host}:${port}`;
}
