import type { Database } from "bun:sqlite";
import type { Focus } from "./types.ts";

/** Limits of CONTRACT §4. */
export const mostTurns = 10;
export const mostPerAddress = 20;
export const mostSessions = 1000;

/** One question with its answer. */
export interface Turn {
  query: string;
  answer: string;
  /** What a follow-up takes over; null where there is nothing. */
  focus: Focus | null;
}

/** Whose conversation, and which. */
export interface SessionKey {
  /** Client address that made it; the same id from another address is another conversation. */
  address: string;
  id: string;
}

export interface SessionOptions {
  ttlSec: number;
  /** Milliseconds since 1970. */
  now?: () => number;
}

/** Conversations with the chat, in hub.db, so that they survive a restart. */
export class Sessions {
  readonly #db: Database;
  readonly #ttlSec: number;
  readonly #now: () => number;

  constructor(db: Database, { ttlSec, now = Date.now }: SessionOptions) {
    this.#db = db;
    this.#ttlSec = ttlSec;
    this.#now = now;
  }

  /** Seconds without a question after which a conversation is forgotten. */
  get ttlSec(): number {
    return this.#ttlSec;
  }

  /** Conversations that are not forgotten yet. */
  get count(): number {
    return this.#db
      .query<{ count: number }, [number]>("SELECT count(*) AS count FROM chat_session WHERE used_at > ?")
      .get(this.#forgottenUpTo())!.count;
  }

  /** The turns of a conversation, oldest first; none of one that is not there, is forgotten, or is another address's. */
  turns({ address, id }: SessionKey): Turn[] {
    const row = this.#db
      .query<{ turns: string }, [string, string, number]>(
        "SELECT turns FROM chat_session WHERE address = ? AND id = ? AND used_at > ?",
      )
      .get(address, id, this.#forgottenUpTo());
    return row ? (JSON.parse(row.turns) as Turn[]) : [];
  }

  /** Adds a turn, the oldest one making room, and evicts the conversations that were left alone for longest. */
  add(key: SessionKey, turn: Turn): void {
    const { address, id } = key;
    const write = this.#db.transaction(() => {
      const turns = [...this.turns(key), turn].slice(-mostTurns);
      this.#db
        .query<null, [string, string, number, string]>(
          `INSERT INTO chat_session (address, id, used_at, turns) VALUES (?, ?, ?, ?)
           ON CONFLICT (address, id) DO UPDATE SET used_at = excluded.used_at, turns = excluded.turns`,
        )
        .run(address, id, this.#now(), JSON.stringify(turns));
      this.#db.query<null, [number]>("DELETE FROM chat_session WHERE used_at <= ?").run(this.#forgottenUpTo());
      this.#db
        .query<null, [string, string, number]>(
          `DELETE FROM chat_session WHERE address = ? AND id IN (
             SELECT id FROM chat_session WHERE address = ? ORDER BY used_at DESC, id DESC LIMIT -1 OFFSET ?)`,
        )
        .run(address, address, mostPerAddress);
      this.#db
        .query<null, [number]>(
          `DELETE FROM chat_session WHERE (address, id) IN (
             SELECT address, id FROM chat_session ORDER BY used_at DESC, address DESC, id DESC LIMIT -1 OFFSET ?)`,
        )
        .run(mostSessions);
    });
    write.immediate();
  }

  #forgottenUpTo(): number {
    return this.#now() - this.#ttlSec * 1000;
  }
}
