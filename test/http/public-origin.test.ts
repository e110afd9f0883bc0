import { describe, expect, test } from "bun:test";
import { networkInterfaces } from "node:os";
import { publicOrigin } from "../../src/http/public-origin.ts";

const interfaces = {
  lo: [{ family: "IPv4", address: "127.0.0.1", internal: true }],
  eth0: [
    { family: "IPv6", address: "fe80::1", internal: false },
    { family: "IPv4", address: "192.168.0.10", internal: false },
  ],
  wlan0: [{ family: "IPv4", address: "192.168.0.11", internal: false }],
};

describe("the address for other computers", () => {
  test.each(["localhost:8000", "127.0.0.1:8000", "127.8.9.10:8000", "[::1]:8000", "hub.localhost:8000"])(
    "is this computer's in the network when the request was to %s",
    (host) => {
      expect(publicOrigin(`http://${host}/?lang=en`, interfaces)).toBe("http://192.168.0.10:8000");
    },
  );

  test("has no port when the request had none", () => {
    expect(publicOrigin("http://localhost/", interfaces)).toBe("http://192.168.0.10");
  });

  test.each(["http://192.168.0.11:8000", "https://hub.factory.example", "http://127.0.0.1.example:8000"])(
    "is the request's own when that was to %s",
    (origin) => {
      expect(publicOrigin(`${origin}/`, interfaces)).toBe(origin);
    },
  );

  test("is the request's own when this computer is in no network", () => {
    expect(publicOrigin("http://localhost:8000/", { lo: interfaces.lo })).toBe("http://localhost:8000");
  });

  test("is taken from this computer's interfaces unless told otherwise", () => {
    expect(publicOrigin("http://localhost:8000/")).toBe(publicOrigin("http://localhost:8000/", networkInterfaces()));
  });
});
