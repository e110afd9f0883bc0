import { networkInterfaces } from "node:os";

/** What {@link networkInterfaces} says of one address, as far as it matters here. */
interface InterfaceAddress {
  readonly family: string;
  readonly address: string;
  readonly internal: boolean;
}

const loopback = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * The origin under which other computers reach the hub, such as `http://192.168.0.10:8000`: that of the request, or, when
 * the operator asked through a loopback address, the first IPv4 address of this computer in the network with the same
 * port. Without any network it stays the request's own.
 * @param interfaces this computer's, as {@link networkInterfaces} lists them.
 * @throws TypeError when `requestUrl` is no absolute URL.
 */
export function publicOrigin(
  requestUrl: string,
  interfaces: Readonly<Record<string, readonly InterfaceAddress[] | undefined>> = ownInterfaces(),
): string {
  const { origin, hostname, port } = new URL(requestUrl);
  if (!loopback.test(hostname)) return origin;
  const outside = Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === "IPv4" && !internal);
  if (outside === undefined) return origin;
  return `http://${outside.address}${port && `:${port}`}`;
}

/** This computer's addresses; none where the system does not tell them, which must not cost anybody an answer. */
function ownInterfaces(): ReturnType<typeof networkInterfaces> {
  try {
    return networkInterfaces();
  } catch {
    return {};
  }
}
