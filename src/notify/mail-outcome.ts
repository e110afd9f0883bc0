import type { Outcome } from "./channel.ts";
import { connectionReason } from "./http-post.ts";
import type { Reason } from "./reasons.ts";

/** What nodemailer's errors carry (https://nodemailer.com/errors). */
interface MailError {
  code?: string | undefined;
  /** The server's answer as it came, and its number. */
  response?: string | undefined;
  responseCode?: number | undefined;
  name?: string | undefined;
  originalCode?: string | undefined;
  message?: string | undefined;
  /** One for each recipient that the server did not take. */
  rejectedErrors?: readonly MailError[] | undefined;
}

const isTemporary = ({ responseCode = 0 }: MailError): boolean => responseCode >= 400 && responseCode < 500;

/** What it means for a delivery that a mail was not sent: 4xx of a mail server may work later, 5xx never does (RFC 5321 §4.2.1). */
export function mailOutcome(error: unknown): Outcome {
  const failure = error as MailError;
  const refusals = failure.rejectedErrors ?? [];
  const said = refusals[0] ?? failure;
  if (refusals.some(isTemporary) || isTemporary(failure))
    return { state: "retry", reason: reasonOf("mailLater", said) };
  // A server that knows no STARTTLS refuses the command, not the mail.
  if (failure.code === "ETLS") return { state: "retry", reason: connectionTrouble(failure) };
  if (failure.code === "EAUTH") return { state: "dead", reason: reasonOf("login", failure) };
  if ((said.responseCode ?? 0) >= 500) return { state: "dead", reason: reasonOf("refused", said) };
  return { state: "retry", reason: connectionTrouble(failure) };
}

/** Some have it and some do not: those whom the server put off are tried again, alone; one that it refused for good does not make the mail unsent. */
export function reachedSome(
  refusals: readonly MailError[],
  accepted: readonly string[],
  before: readonly string[],
): Outcome {
  const said = refusals.find(isTemporary);
  if (said) return { state: "retry", reason: reasonOf("mailLater", said), accepted: [...before, ...accepted] };
  return { state: "delivered", reason: reasonOf("recipients", refusals[0] ?? {}) };
}

const reasonOf = (code: Reason["code"], { response }: MailError): Reason => ({
  code,
  ...(response && { detail: response }),
});

/** nodemailer tells by its own codes what failed, and by `originalCode` or the message what the system or OpenSSL said. */
function connectionTrouble({ name, code, originalCode, message = "" }: MailError): Reason {
  if (code === "EABORT") return { code: "timeout" };
  if (code === "ETLS") return /certificate/i.test(message) ? { code: "certificate" } : { code: "encryption" };
  if (code === "ECONNECTION") return { code: "broken" };
  return connectionReason({ name, code: originalCode ?? code });
}
