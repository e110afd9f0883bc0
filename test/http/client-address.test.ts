import { expect, test } from "bun:test";
import { clientAddress, isLoopback, trustedNetworks } from "../../src/http/client-address.ts";

const proxies = trustedNetworks(["10.0.0.0/8", "192.168.7.9", "fd00::/8", "::1"]);
const client = (peer: string | null, forwardedFor: string | null = null) =>
  clientAddress({ peer, forwardedFor, trusted: proxies });

test("without a trusted proxy the header is a stranger's word", () => {
  expect(client("203.0.113.5", "10.9.9.9")).toBe("203.0.113.5");
  expect(client("192.168.7.8", "1.2.3.4")).toBe("192.168.7.8");
  expect(clientAddress({ peer: "10.0.0.1", forwardedFor: "1.2.3.4", trusted: trustedNetworks([]) })).toBe("10.0.0.1");
});

test("behind trusted proxies the client is the first untrusted address from the right", () => {
  expect(client("10.0.0.1", "203.0.113.5")).toBe("203.0.113.5");
  expect(client("192.168.7.9", "203.0.113.5, 10.2.2.2,10.3.3.3")).toBe("203.0.113.5");
  expect(client("fd00::7", "203.0.113.5")).toBe("203.0.113.5");
});

test("what the client itself wrote into the header, left of its own address, is not believed", () => {
  expect(client("10.0.0.1", "127.0.0.1, 203.0.113.5")).toBe("203.0.113.5");
  expect(client("10.0.0.1", "127.0.0.1, 203.0.113.5, 10.0.0.2")).toBe("203.0.113.5");
});

test("when every hop is trusted the client is the farthest one", () => {
  expect(client("10.0.0.1", "10.0.0.9, 10.0.0.2")).toBe("10.0.0.9");
  expect(client("10.0.0.1", "")).toBe("10.0.0.1");
  expect(client("10.0.0.1")).toBe("10.0.0.1");
});

test("what is not an address ends the reading, since nobody vouches for what stands left of it", () => {
  expect(client("10.0.0.1", "203.0.113.5, unknown")).toBe("10.0.0.1");
  expect(client("10.0.0.1", "203.0.113.5, <script>, 10.0.0.2")).toBe("10.0.0.2");
  expect(client("10.0.0.1", "1.2.3.4.5")).toBe("10.0.0.1");
  expect(client("10.0.0.1", "999.1.1.1")).toBe("10.0.0.1");
  expect(client("10.0.0.1", "203.0.113.5:port")).toBe("10.0.0.1");
  expect(client("10.0.0.1", "[203.0.113.5")).toBe("10.0.0.1");
});

test("empty entries of the list mean nothing", () => {
  expect(client("10.0.0.1", "203.0.113.5, , ,")).toBe("203.0.113.5");
});

test.each([
  ["::ffff:203.0.113.5", "203.0.113.5"],
  ["::FFFF:203.0.113.5", "203.0.113.5"],
  ["::ffff:cb00:7105", "203.0.113.5"],
  ["0:0:0:0:0:ffff:203.0.113.5", "203.0.113.5"],
  ["203.0.113.5:51234", "203.0.113.5"],
  ["[2001:db8::1]:51234", "2001:db8::1"],
  ["[2001:db8::1]", "2001:db8::1"],
  ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
  ["fe80::1%eth0", "fe80::1"],
  ["[::ffff:203.0.113.5]:80", "203.0.113.5"],
  [" 203.0.113.5\t", "203.0.113.5"],
  ["::", "::"],
])("%s is known as %s", (written, known) => {
  expect(client(written)).toBe(known);
  expect(client("10.0.0.1", written)).toBe(known);
});

test("a proxy is recognised in every spelling of its address", () => {
  expect(client("::ffff:10.0.0.1", "203.0.113.5")).toBe("203.0.113.5");
  expect(client("0:0:0:0:0:0:0:1", "203.0.113.5, FD00:0::5")).toBe("203.0.113.5");
});

test("without a usable peer nothing is believed", () => {
  expect(client(null, "203.0.113.5")).toBe("unknown");
  expect(client("", "203.0.113.5")).toBe("unknown");
  expect(client("/run/hub.sock", "203.0.113.5")).toBe("unknown");
});

test("loopback is 127.0.0.0/8 and ::1, and nothing that only looks like it", () => {
  const loopback = ["127.0.0.1", "127.8.9.1", "::1"];
  const others = ["128.0.0.1", "10.0.0.1", "::2", "unknown", "127.evil.example", "127.0.0.1.evil.example", ""];
  expect([...loopback, ...others].filter(isLoopback)).toEqual(loopback);
  expect(isLoopback(client("::ffff:127.0.0.1"))).toBe(true);
});
