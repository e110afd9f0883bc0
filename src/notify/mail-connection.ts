import { connect, type Socket } from "node:net";

/**
 * Connects to a mail server by the name that every program on this computer knows it by, each of its addresses in turn. nodemailer would ask DNS servers itself,
 * which know neither the hosts file nor the short names of a company's network.
 * @throws the system's error, or AbortError and TimeoutError of `signal`
 */
export async function openConnection(host: string, port: number, signal: AbortSignal): Promise<Socket> {
  signal.throwIfAborted();
  const socket = connect({ host, port, autoSelectFamily: true });
  const settled = Promise.withResolvers<void>();
  const giveUp = () => settled.reject(signal.reason);
  signal.addEventListener("abort", giveUp, { once: true });
  socket.once("connect", settled.resolve);
  // Left in place: a connection may break before anybody else listens, and an error that nobody hears would be one of the whole hub.
  socket.on("error", settled.reject);
  try {
    await settled.promise;
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}
