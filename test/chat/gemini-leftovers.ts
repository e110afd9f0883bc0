import { GeminiModel } from "../../src/chat/model/gemini.ts";

/**
 * Asks the server at the address given one round for each of its steps, leaves one of them in the middle, and says how each ended. The process then
 * ends by itself, unless a timer or a connection keeps it: the time limits are those of the hub, 20 s and more.
 */
const [, , baseUrl = "", rounds = "0"] = process.argv;
const quiet = { info: () => {}, warn: () => {} };
const model = new GeminiModel({ apiKey: "k", model: "m", fallbackModel: "m", baseUrl, log: quiet });

for (let at = 0; at < Number(rounds); at++) {
  const leaving = new AbortController();
  const ended = await model
    .round({
      system: "",
      contents: [{ role: "user", parts: [{ text: "?" }] }],
      tools: [],
      signal: leaving.signal,
      requestId: "-",
      onText: (text) => {
        if (text === "leave") leaving.abort(new Error("left"));
      },
      onRestart: () => {},
    })
    .then(
      ({ text }) => text,
      ({ message }) => message,
    );
  console.log(ended);
}
model.health({ check: true });
