import { expect, test } from "bun:test";
import { holderOf, listenerIn } from "../src/port-holder.ts";

// `netstat -ano -p TCP` of a Korean Windows 11.
const netstat = `
활성 연결

  프로토콜  로컬 주소              외부 주소              상태            PID
  TCP    0.0.0.0:135            0.0.0.0:0              LISTENING       1204
  TCP    192.168.0.10:8000      192.168.0.55:51234     ESTABLISHED     7777
  TCP    0.0.0.0:18000          0.0.0.0:0              LISTENING       3333
  TCP    0.0.0.0:8000           0.0.0.0:0              LISTENING       4321
`.replaceAll("\n", "\r\n");

test("netstat's lines tell who listens on a port, not who is connected to it", () => {
  expect([8000, 135, 18_000, 80].map((port) => listenerIn(netstat, port))).toEqual([4321, 1204, 3333, null]);
});

test.skipIf(process.platform !== "linux")("on Linux the process that listens on a port is found", () => {
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
  expect(holderOf(server.port ?? 0)).toEqual({ pid: process.pid, name: expect.stringContaining("bun") });
  void server.stop(true);
});
