// @ts-check
/** A learning on the server: asked for, listened to by server-sent events, paused, cancelled, forgotten. */
import { say } from "../words.js";

const API = "/api/v1/learnings";
const JSON_TYPE = { "Content-Type": "application/json", "Accept-Language": document.documentElement.lang };

/**
 * @typedef {object} Listener
 * @property {(data: any) => void} start what does not change: steps, bound
 * @property {(data: any) => void} step what is new
 * @property {(paused: boolean) => void} state
 * @property {(data: {reason: string, step: number, says: string}) => void} end
 * @property {(text: string) => void} fault a sentence for the user
 */

export class Learning {
  /** @param {Record<string, unknown>} body @param {number} after @param {Listener} listener */
  constructor(body, after, listener) {
    this.listener = listener;
    this.paused = false;
    this.id = "";
    this.over = false;
    /** @type {"running" | "paused" | "cancelled" | ""} */
    this.wish = ""; // asked for before the server has given it a name
    /** @type {EventSource | null} */
    this.source = null;
    this.leave = () => this.stop();
    window.addEventListener("pagehide", this.leave);
    this.begin(body, after);
  }

  /** @param {Record<string, unknown>} body @param {number} after */
  async begin(body, after) {
    try {
      const answer = await fetch(API, { method: "POST", headers: JSON_TYPE, body: JSON.stringify(body) });
      const told = await answer.json();
      if (!answer.ok) throw new Error(told.detail);
      this.id = told.id;
      if (this.over) this.forget();
      else if (this.wish) this.ask(this.wish);
      if (!this.over) this.listen(`${told.events_url}?after=${after}&lang=${document.documentElement.lang}`);
    } catch (fault) {
      this.fail(fault instanceof Error && !(fault instanceof TypeError) ? fault.message : say("js.learning_gone"));
    }
  }

  /** @param {string} url */
  listen(url) {
    const source = (this.source = new EventSource(url));
    /** @param {string} name @param {(data: any) => void} use */
    const on = (name, use) =>
      source.addEventListener(name, (event) => {
        if (!this.over) use(JSON.parse(/** @type {MessageEvent} */ (event).data));
      });
    on("start", this.listener.start);
    on("step", this.listener.step);
    on("state", (data) => this.listener.state((this.paused = data.state === "paused")));
    on("end", (data) => {
      this.stop();
      this.listener.end(data);
    });
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) this.fail(say("js.learning_gone"));
    };
  }

  /** @param {"running" | "paused" | "cancelled"} state */
  ask(state) {
    if (!this.id) this.wish = state;
    else fetch(`${API}/${this.id}`, { method: "PATCH", headers: JSON_TYPE, body: JSON.stringify({ state }) }).catch(() => {});
  }

  /** @param {string} text */
  fail(text) {
    if (this.over) return;
    this.stop();
    this.listener.fault(text);
  }

  /** End it without a word, as when the page goes. */
  stop() {
    if (this.over) return;
    this.over = true;
    this.source?.close();
    window.removeEventListener("pagehide", this.leave);
    this.forget();
  }

  forget() {
    if (this.id) fetch(`${API}/${this.id}`, { method: "DELETE", keepalive: true }).catch(() => {});
  }
}
