// Only the browser knows what a person is typing: so it keeps that here with its chat, and decides where a
// returned text goes, who has the focus, which keys send, and whether a text that was sent has arrived.
const COMPOSED_MS = 60; // Safari ends a composition just before the Enter that ended it arrives
const WRITES = "input, textarea, select, [contenteditable=true]";
const CHAT = "prompt"; // the box of the chat page
const NEW_CHAT = ".st-key-new_chat button, .st-key-edit_square-top button";
const given = new Map(); // the text that was put back last, by its box
const LONG_AWAY_MS = 10000; // what was sent so long ago is asked for
const CHOSEN_MS = 5000; // a run of the page that begins just then may have Streamlit forget a file
const onItsWay = new Set(); // ids of what was sent on a connection that has held since
let asked = ""; // the last question whether something has arrived: its id, and when
const both = (...texts) => texts.filter(Boolean).join("\n");

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
    requestAnimationFrame(() => box()?.scrollTo(0, box().scrollHeight)); // to where one writes on
  };
  const keep = () => {
    const { value } = box();
    if (value) drafts.set(place, value);
    else drafts.delete(place);
    saveSoon();
  };
  const move = () => {
    const kept = drafts.get(place);
    if (!held.place) {
      if (box().value !== kept) write(both(kept, box().value)); // typed before this script was there
    } else if (held.subject === data.subject && box().value) {
      drafts.delete(held.place); // its first question was sent: what was typed since then belongs to it
      keep();
    } else {
      write(kept ?? "");
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
    else write(both(text, value));
    given.set(data.box, { text, returns });
  };
  // What a page begins with is the text of its link. Loaded again, it has what became of that.
  const invite = ({ value }) => {
    const { text, returns } = data;
    const last = invited.get(data.box);
    if (!text) return;
    if (text !== last) write(value === last ? text : both(text, value));
    given.set(data.box, { text, returns });
    invited.set(data.box, text);
    saveSoon();
  };
  // Streamlit has emptied the box by then. What a dying connection or server was given may be lost: so what was
  // sent is kept until the server says that it has arrived, and put back if it has not.
  const note = () => {
    const { value } = box();
    setTimeout(() => {
      if (box()?.value === value) return; // Streamlit has not taken it
      if (box()) keep();
      if (!value.trim()) return;
      const id = data.send_id;
      sending.set(place, { text: value, id });
      if (window.isConnected()) onItsWay.add(id);
      setTimeout(() => onItsWay.delete(id) && check(), LONG_AWAY_MS);
    });
  };
  const lose = () => {
    onItsWay.clear();
    held.chosen = null;
  };
  const check = () => {
    const unsure = [...sending.values()].find(({ id }) => !onItsWay.has(id) || id !== data.send_id);
    if (!unsure) return;
    asked = `${unsure.id} ${performance.now()}`;
    setTriggerValue("check", asked);
  };
  const settle = () => {
    for (const [at, { text, id }] of sending) {
      const isTold = data.checked === asked && asked.startsWith(id);
      if (id !== data.taken && !isTold) continue;
      sending.delete(at);
      onItsWay.delete(id);
      saveSoon();
      if (id === data.taken || data.has_arrived) continue;
      if (at === place) write(both(text, box().value));
      else drafts.set(at, both(text, drafts.get(at)));
    }
    check();
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
    const isLoaded = !held.place;
    if (hasMoved) move();
    if (isLoaded && !given.has(data.box)) invite(box());
    else give(box(), hasMoved);
    settle();
    box().setAttribute("aria-keyshortcuts", data.sends_with === "ctrl_enter" ? "Control+Enter" : "Enter");
    if (held.subject !== data.subject && !isBusy()) focus();
    held.subject = data.subject;
  };

  // Streamlit knows of a file only when the server has said where it goes: sent before, a message would go
  // without it.
  const chips = () => document.querySelectorAll(`.st-key-${data.box} [data-testid=stFileChip]`).length;
  const choose = (event) => {
    const { files } = event.clipboardData ?? event.dataTransfer ?? event.target;
    if (!files?.length || !event.target.closest(`.st-key-${data.box}`)) return;
    held.chosen = { chips: chips(), until: event.timeStamp + CHOSEN_MS };
  };
  const isFileOnItsWay = () => held.chosen?.chips === chips() && performance.now() < held.chosen.until;
  // One message at a time: a second one would have the id of the first, and be taken for it.
  const isFirstOnItsWay = () => [...sending.values()].some(({ id }) => id === data.send_id);
  const send = (event) => {
    if (!isFileOnItsWay() && !isFirstOnItsWay()) return note();
    event.preventDefault();
    event.stopImmediatePropagation();
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
    } else if (!event.shiftKey) send(event);
  };
  const compose = (event) => {
    if (event.target === box()) composed = event.timeStamp;
  };
  const change = (event) => {
    if (event.target !== box()) return;
    const { length } = event.target.value;
    if (length > data.longest) setTriggerValue("too_long", length); // Streamlit takes it out again, without a word
    else if (held.place === place) keep(); // before, what is kept is not in the box yet
    const isNear = length >= data.near && length <= data.longest;
    event.target.closest("[data-testid=stChatInput]").toggleAttribute("data-near-limit", isNear);
  };
  const click = (event) => {
    if (event.target.closest?.(`.st-key-${data.box} [data-testid=stChatInputSubmitButton]`)) send(event);
    // Stop goes with its reply, and would take the focus along.
    if (event.target.closest?.('.st-key-composer [class*="st-key-stop"] button')) setTimeout(focus);
    if (data.box === CHAT && event.target.closest?.(NEW_CHAT)) leave();
  };

  held.stop?.(); // what was begun by the run before
  const listening = new AbortController();
  const files = { paste: choose, drop: choose, change: choose };
  const heard = { keydown: press, compositionend: compose, input: change, click, ...files };
  for (const [name, hear] of Object.entries(heard)) {
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
