import { BlockList, isIP, isIPv4 } from "node:net";

/** The addresses and networks (CIDR) of TRUSTED_PROXIES, validated by the settings. */
export function trustedNetworks(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", prefix] = network.split("/");
    const family = isIPv4(address) ? "ipv4" : "ipv6";
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list;
}

/**
 * The address of the client behind a request.
 *
 * `peer` is who opened the connection. Only if it is a trusted proxy, X-Forwarded-For (`forwardedFor`) is read, from the
 * right: each proxy appends whom it was called by, so what stands left of the first untrusted address may be invented.
 * What is not an address ends the reading, because nobody vouches for what stands left of it.
 * Without a usable peer the answer is `unknown`.
 */
export function clientAddress({
  peer,
  forwardedFor,
  trusted,
}: {
  peer: string | null | undefined;
  forwardedFor: string | null | undefined;
  trusted: BlockList;
}): string {
  let client = (peer && normalAddress(peer)) || "unknown";
  if (!forwardedFor || client === "unknown") return client;
  const hops = forwardedFor.split(",").filter((hop) => hop.trim() !== "");
  for (let hop = hops.pop(); hop !== undefined && isTrusted(client, trusted); hop = hops.pop()) {
    const address = normalAddress(hop);
    if (address === null) break;
    client = address;
  }
  return client;
}

/** Whether `address` (as clientAddress gives it) is the machine itself. */
export function isLoopback(address: string): boolean {
  return (isIPv4(address) && address.startsWith("127.")) || address === "::1";
}

function isTrusted(address: string, trusted: BlockList): boolean {
  return trusted.check(address, isIPv4(address) ? "ipv4" : "ipv6");
}

/** One spelling for one address, without port, brackets and zone: limits and logs know a client by it. Null for others. */
function normalAddress(text: string): string | null {
  const trimmed = text.trim();
  // The usual cases first: they are met on every request, and the URL parser below takes a microsecond.
  const bare = trimmed.startsWith("::ffff:") && isIPv4(trimmed.slice(7)) ? trimmed.slice(7) : trimmed;
  if (isIPv4(bare)) return bare;
  const [, bracketed, v4] = /^(?:\[([^\]]+)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+):\d+)$/.exec(bare) ?? [];
  const address = (bracketed ?? v4 ?? bare).replace(/%.*$/s, "");
  switch (isIP(address)) {
    case 4:
      return address;
    case 6:
      return normalIPv6(address);
    default:
      return null;
  }
}

/** RFC 5952 spelling; an IPv4-mapped address (`::ffff:1.2.3.4`, what a dual-stack socket reports) as IPv4. */
function normalIPv6(address: string): string {
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(canonical) ?? [];
  if (high === undefined || low === undefined) return canonical;
  const bits = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return bits.flatMap((pair) => [pair >> 8, pair & 255]).join(".");
}
