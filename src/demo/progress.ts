import { SingleBar } from "cli-progress";
import type { DemoProgress } from "./generate.ts";

/** Time between two lines where there is no terminal: often enough to see it live, seldom enough for a log. */
const LINE_EVERY_MS = 3000;

/** Shows how far the generator is; `finish` ends the display whether the work succeeded or not. */
export interface ProgressDisplay {
  readonly onProgress: (progress: DemoProgress) => void;
  readonly finish: () => void;
}

/** A progress bar if `stream` is a terminal, otherwise a plain line every few seconds. Nothing if nothing is reported. */
export function showProgress(stream: NodeJS.WritableStream & { isTTY?: boolean } = process.stderr): ProgressDisplay {
  return stream.isTTY ? bar(stream) : lines(stream);
}

function bar(stream: NodeJS.WritableStream): ProgressDisplay {
  // The generator does not let timers run, so the bar has to be drawn by the updates themselves.
  const single = new SingleBar({
    stream,
    barsize: 18,
    format: "Demo [{bar}] {percentage} % | {eta_formatted} left | {phase}",
    synchronousUpdate: true,
    // Progress comes in bursts (rows, then one whole index), so the time left is estimated over some seconds.
    etaBuffer: 500,
    // Otherwise the terminal would be left without wrapping when the generator is interrupted.
    linewrap: true,
  });
  let started = false;
  return {
    onProgress({ done, total, phase }) {
      if (!started) single.start(total, done, { phase });
      started = true;
      single.update(done, { phase });
    },
    finish() {
      if (started) single.stop();
    },
  };
}

function lines(stream: NodeJS.WritableStream): ProgressDisplay {
  let nextAt = 0;
  let written = -1;
  return {
    onProgress({ done, total, phase }) {
      const percentage = Math.floor((100 * done) / total);
      const now = performance.now();
      if (percentage === written || (now < nextAt && done < total)) return;
      stream.write(`Demo data: ${percentage} % (${phase})\n`);
      written = percentage;
      nextAt = now + LINE_EVERY_MS;
    },
    finish() {},
  };
}
