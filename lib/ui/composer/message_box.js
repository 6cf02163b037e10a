// Only the browser knows what a person is typing: so it keeps that here with its chat, and decides where a
// returned text goes, who has the focus, which keys send, and whether a text that was sent has arrived.
const COMPOSED_MS = 60; // Safari ends a composition just before the Enter that ended it arrives
const WRITES = "input, textarea, select, [contenteditable=true]";
const CHAT = "prompt"; // the box of the chat page
const NEW_CHAT = ".st-key-new_chat button, .st-key-edit_square-top button";
const given = new Map(); // the text that was put back last, by its box

export default function ({ data, parentElement, setTriggerValue }) {
  const held = parentElement.querySelector("span"); // stays from run to run
  openDrafts(data.person);
  const box = () => document.querySelector(`.st-key-${data.box} textarea`);
  if (held.left !== data.subject) held.left = null;
  let place = data.question && !held.left ? data.subject : data.box; // all chats without a question are one new chat
  if (data.is_temporary && !held.left) place += TEMPORARY;
  const isPhone = matchMedia("(pointer: coarse)").matches;
  let frame = 0;
  let composed = -Infinity;

  // React keeps a copy of its fields' values: it sees a new one only after a call of the prototype's own
  // setter and an `input` event.
  const write = (text) => {
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(box(), text);
    box().dispatchEvent(new Event("input", { bubbles: true }));
  };
  const keep = () => {
    const { value } = box();
    if (value) drafts.set(place, value);
    else drafts.delete(place);
    saveSoon();
  };
  const move = () => {
    const isTyped = !held.place && box().value; // before this script was there
    if (isTyped || held.subject === data.subject) {
      drafts.delete(held.place); // its first question was sent: what was typed since then belongs to it
      keep();
    } else {
      write(drafts.get(place) ?? "");
    }
    held.place = place;
  };
  // What is typed after a click on New chat is meant for it, also before the page shows it.
  const leave = () => {
    if (place === data.box) return;
    held.left = data.subject;
    held.place = place = data.box;
    write(drafts.get(place) ?? "");
    focus();
  };
  const give = ({ value }, hasMoved) => {
    const { text, returns } = data;
    const last = given.get(data.box);
    if (text === null || (last?.text === text && last.returns === returns)) return;
    if (!value || (value === last?.text && !hasMoved)) write(text);
    else if (text) write(`${text}\n${value}`);
    given.set(data.box, { text, returns });
  };
  // What a dying connection was given is lost, and Streamlit has emptied the box. So a page that is connected
  // anew has itself drawn again: if there is no further question then, the text is put back.
  const note = () => {
    const { value } = box();
    setTimeout(() => {
      if (box()?.value) return;
      drafts.delete(place);
      if (!value.trim()) return;
      held.sent = { text: value, id: data.send_id, after: data.question, place };
      sending.set(place, value);
      if (!window.isConnected()) lose();
    });
  };
  const lose = () => {
    if (held.sent) held.sent.check = String(performance.now());
  };
  const check = () => {
    if (held.sent?.check) setTriggerValue("check", held.sent.check);
  };
  const settle = () => {
    const { sent } = held;
    const isOver = sent?.check ? sent.check === data.checked : sent && sent.id !== data.send_id;
    if (!isOver) return;
    held.sent = null;
    sending.delete(sent.place);
    saveSoon();
    const isLost = sent.id !== data.taken && sent.after === data.question && data.text !== sent.text;
    if (isLost) write([sent.text, box().value].filter(Boolean).join("\n"));
  };
  const isBusy = () => {
    const at = document.activeElement;
    return document.querySelector("[role=dialog]") || at?.matches(`${WRITES}, .row-title`) || at?.shadowRoot?.activeElement;
  };
  const focus = () => {
    if (!isPhone) box()?.focus({ preventScroll: true }); // on a phone it would open the keyboard
  };
  const begin = () => {
    if (!box()) {
      frame = requestAnimationFrame(begin); // it is drawn a moment later
      return;
    }
    const hasMoved = held.place !== place;
    if (hasMoved) move();
    give(box(), hasMoved);
    settle();
    box().setAttribute("aria-keyshortcuts", data.sends_with === "ctrl_enter" ? "Control+Enter" : "Enter");
    if (held.subject !== data.subject && !isBusy()) focus();
    held.subject = data.subject;
  };

  const press = (event) => {
    if (event.target !== box() || event.key !== "Enter") return;
    if (event.isComposing || event.keyCode === 229 || event.timeStamp - composed < COMPOSED_MS) {
      // What the key does in the text is left to the input method; a real line break was not meant.
      if (!event.isComposing && event.keyCode !== 229) event.preventDefault();
      event.stopImmediatePropagation();
    } else if (data.sends_with === "ctrl_enter" && !event.shiftKey) {
      event.stopImmediatePropagation(); // a plain Enter begins a new line, as it does in any text
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      document.querySelector(`.st-key-${data.box} [data-testid=stChatInputSubmitButton]`)?.click();
    } else if (!event.shiftKey) {
      note();
    }
  };
  const compose = (event) => {
    if (event.target === box()) composed = event.timeStamp;
  };
  const change = (event) => {
    if (event.target !== box()) return;
    keep();
    const isNear = event.target.value.length >= data.near;
    event.target.closest("[data-testid=stChatInput]").toggleAttribute("data-near-limit", isNear);
  };
  const click = (event) => {
    if (event.target.closest?.(`.st-key-${data.box} [data-testid=stChatInputSubmitButton]`)) note();
    // Stop goes with its reply, and would take the focus along.
    if (event.target.closest?.('.st-key-composer [class*="st-key-stop"] button')) setTimeout(focus);
    if (data.box === CHAT && event.target.closest?.(NEW_CHAT)) leave();
  };

  held.stop?.(); // what was begun by the run before
  const listening = new AbortController();
  for (const [name, hear] of Object.entries({ keydown: press, compositionend: compose, input: change, click })) {
    document.addEventListener(name, hear, { capture: true, signal: listening.signal });
  }
  addEventListener("connectionlost", lose, { signal: listening.signal });
  addEventListener("connectionrestored", check, { signal: listening.signal });
  begin();
  return (held.stop = () => {
    cancelAnimationFrame(frame);
    listening.abort();
  });
}
