/* Shortcuts: each does what a button on the page does. A list of them opens with the question mark. */
const ALONE = "shortcutAlone"; // in the browser's storage: "off" where a single key shall do nothing
const OPEN = "[role=dialog], dialog[open], [role=menu], [role=listbox], :popover-open, [data-testid=stPopoverBody]";
const TYPED = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable=true]";
const OFTEN = `${TYPED}, [role=listbox], [role=menu], [role=grid], [role=combobox]`;
const IS_MAC = /Mac|iPhone|iPad/.test(navigator.platform);

const clickLast = (selector) => visible(selector).at(-1)?.click();
const ofEnd = (key) => `[class*="st-key-end-"] [class*="st-key-${key}-"] button:enabled`;
const version = (key) => `:is([class*="st-key-end-"], [class*="st-key-acts-"]) [class*="st-key-${key}-"] button:enabled`;
const ACTIONS = {
  new_chat: () => document.querySelector(".st-key-new_chat button")?.click(),
  search: () => openSidebar(searchAnew),
  compose: () => document.querySelector(COMPOSER)?.focus(),
  stop: () => clickLast(STOP),
  copy: () => clickLast(ofEnd("content_copy")),
  regenerate: () => clickLast(ofEnd("refresh")),
  earlier: () => clickLast(version("chevron_left")),
  later: () => clickLast(version("chevron_right")),
  sidebar: toggleSidebar,
};

function press(event, data, parent) {
  const keys = keysOf(event);
  const inField = Boolean(event.composedPath()[0].closest?.(TYPED));
  const isAlone = event.key === "?" && !inField && mayAlone();
  const found = data.shortcuts.find((each) => each.keys.toLowerCase() === keys || (isAlone && each.action === "list"));
  if (!found || event.defaultPrevented || event.isComposing || event.repeat || isElsewhere(event.target)) return;
  if (found.action === "stop" && !visible(STOP).length) return;
  event.preventDefault();
  if (found.action === "list") showList(data, parent);
  else ACTIONS[found.action]();
}

/* Dialogs, menus and lists have keys of their own, and so have the presentation and the editor of a question. */
function isElsewhere(target) {
  const inside = target.shadowRoot?.querySelector(":popover-open");
  return Boolean(inside || visible(OPEN).length || document.querySelector(".st-key-present"))
    || Boolean(target.closest?.('[class*="st-key-editing-"]'));
}

/* As "ctrl+shift+o". A key that writes no Latin letter is known by its place. */
function keysOf({ key, code, ctrlKey, metaKey, altKey, shiftKey }) {
  const places = { Comma: ",", Period: ".", Slash: "/" };
  const named = /^[\x20-\x7e]+$/.test(key) ? key : places[code] ?? code.replace(/^Key/, "");
  const isLetter = named.length > 1 || /[a-z]/i.test(named); // Shift may be a part of writing other signs
  const held = [(ctrlKey || metaKey) && "ctrl", altKey && "alt", shiftKey && isLetter && "shift"];
  return [...held.filter(Boolean), named.toLowerCase()].join("+");
}

/* Streamlit reruns the page at an "r", and more at other letters: keys that a speech program presses. */
function ignoreLetters(event) {
  const isLetter = /^[a-z]$/i.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (isLetter && !event.composedPath().some((each) => each.matches?.(OFTEN))) event.stopImmediatePropagation();
}

// The sidebar.

function openSidebar(then) {
  document.querySelector('[data-testid="stExpandSidebarButton"]')?.click();
  requestAnimationFrame(then);
}

/* What was searched for last is selected: what is typed next takes its place. */
function searchAnew() {
  const field = document.querySelector(".row-search");
  field?.focus();
  field?.select();
}

function toggleSidebar() {
  const expand = document.querySelector('[data-testid="stExpandSidebarButton"]');
  if (expand) return openSidebar(() => document.querySelector(COLLAPSE)?.focus());
  const hadFocus = document.activeElement.closest(SIDEBAR);
  document.querySelector(COLLAPSE)?.click();
  if (hadFocus) focusAgain();
}

// The list.

function mayAlone() {
  try {
    return localStorage.getItem(ALONE) !== "off";
  } catch {
    return true; // the browser keeps nothing
  }
}

function showList({ words, shortcuts }, parent) {
  const make = (tag, properties, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };
  const rows = shortcuts.flatMap(({ keys, label }) => [
    make("dt", { textContent: label }),
    make("dd", {}, ...keys.split("+").map((key) => make("kbd", { textContent: shown(key) }))),
  ]);
  const alone = make("input", { type: "checkbox", checked: mayAlone() });
  alone.onchange = () => {
    try {
      localStorage.setItem(ALONE, alone.checked ? "on" : "off");
    } catch {
      // as above
    }
  };
  const close = make("button", { type: "button", textContent: words.close });
  const title = make("h2", { textContent: words.title, id: "shortcuts-title" });
  const dialog = make("dialog", { className: "shortcuts" }, title, make("dl", {}, ...rows));
  dialog.setAttribute("aria-labelledby", title.id);
  dialog.append(make("p", { textContent: words.elsewhere }), make("label", {}, alone, words.alone), close);
  close.onclick = () => dialog.close();
  dialog.onclick = ({ target }) => {
    if (target === dialog) dialog.close(); // beside it
  };
  dialog.onclose = () => dialog.remove();
  parent.append(dialog);
  dialog.showModal();
}

const shown = (key) => (IS_MAC ? { Ctrl: "⌘", Alt: "⌥", Shift: "⇧" }[key] : null) ?? { Escape: "Esc" }[key] ?? key;
