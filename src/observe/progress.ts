import { SingleBar } from "cli-progress";

/** Time between two lines where there is no terminal: often enough to see it live, seldom enough for a log. */
const LINE_EVERY_MS = 3000;

/** How far a long piece of work is, in units of its own. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  /** What is being done, for example `archive_2024.db, indexes`. */
  readonly phase: string;
}

/** Shows how far the work is; `finish` ends the display whether the work succeeded or not. */
export interface ProgressDisplay {
  readonly onProgress: (progress: Progress) => void;
  readonly finish: () => void;
}

/** Named by `label`: a progress bar if `stream` is a terminal, otherwise a plain line every few seconds. Nothing if nothing is reported. */
export function showProgress(
  label: string,
  stream: NodeJS.WritableStream & { isTTY?: boolean } = process.stderr,
): ProgressDisplay {
  return stream.isTTY ? bar(label, stream) : lines(label, stream);
}

function bar(label: string, stream: NodeJS.WritableStream): ProgressDisplay {
  // Synchronous work does not let timers run, so the bar has to be drawn by the updates themselves.
  const single = new SingleBar({
    stream,
    barsize: 18,
    format: `${label} [{bar}] {percentage} % | {eta_formatted} left | {phase}`,
    synchronousUpdate: true,
    // Progress comes in bursts (rows, then one whole index), so the time left is estimated over some seconds.
    etaBuffer: 500,
    // Otherwise the terminal would be left without wrapping when the work is interrupted.
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

function lines(label: string, stream: NodeJS.WritableStream): ProgressDisplay {
  let nextAt = 0;
  let written = -1;
  return {
    onProgress({ done, total, phase }) {
      const percentage = Math.floor((100 * done) / total);
      const now = performance.now();
      if (percentage === written || (now < nextAt && done < total)) return;
      stream.write(`${label}: ${percentage} % (${phase})\n`);
      written = percentage;
      nextAt = now + LINE_EVERY_MS;
    },
    finish() {},
  };
}
