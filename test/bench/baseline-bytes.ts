/**
 * The least a server can do for an answer that is ready: a bare Bun.serve that returns the bytes of a file.
 * Arguments: status, content type, file with the body (none for a body-less status).
 */
const [status = "200", contentType = "application/json", file] = process.argv.slice(2);
const body = file ? await Bun.file(file).bytes() : null;
const init = { status: Number(status), headers: { "content-type": contentType } };

const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response(body, init) });
console.log(`http://localhost:${server.port}`);
process.once("SIGTERM", () => process.exit(0));
