/* What belongs to the page as a whole. Streamlit calls this in each run, and the returned function when the
   page goes: only the last call's listeners are there. */
const SIDEBAR = '[data-testid="stSidebar"]';
const COLLAPSE = '[data-testid="stSidebarCollapseButton"] button';
const CHOICE = "a, [role=menuitem], .stButton button";
const PHONE = matchMedia("(max-width: 768px)");
const WATCHED = ["data-test-script-state", "placeholder"]; // attributes
const SOON = 200; // milliseconds after a change: a page that streams changes at each frame
let stop = () => {};

export default function ({ data, parentElement, setTriggerValue }) {
  document.documentElement.lang = data.language;
  stop();
  let timer = 0;
  const look = () => {
    timer = 0;
    tellScheme();
    name(data.names);
    nameIcons(data.icons);
    translateTexts(data.names);
    announceState(data.said, data.sends);
  };
  const lookSoon = () => (timer ||= setTimeout(look, SOON));
  const watch = new MutationObserver((changes) => {
    for (const { addedNodes } of changes) {
      for (const node of addedNodes) {
        if (node.nodeType !== Node.ELEMENT_NODE) continue;
        focusInDialog(node);
        announceAdded(node, data.said);
      }
    }
    titlePage();
    translateTexts(data.names);
    keepFocus();
    lookSoon();
  });
  watch.observe(document.body, { childList: true, subtree: true, attributeFilter: WATCHED });
  const listening = new AbortController();
  const listen = (type, hear, capture = false) =>
    document.addEventListener(type, hear, { capture, signal: listening.signal });
  listen("click", closeOnPhone);
  listen("click", ({ target }) => announceClick(target, data.said), true);
  listen("focusin", noteFocus);
  listen("focusout", keepInDialog);
  listen("keydown", (event) => press(event, data, parentElement));
  document.fonts.addEventListener("loadingdone", lookSoon, { signal: listening.signal }); // text has another width
  // Streamlit has a page that is connected again drawn only if it was being drawn. A server that was started
  // meanwhile knows nothing of it: no click would be heard.
  const ask = () => setTriggerValue("again", true);
  window.addEventListener("connectionrestored", ask, { signal: listening.signal });
  window.addEventListener("keydown", ignoreLetters, { capture: true, signal: listening.signal });
  look();
  stop = () => {
    clearTimeout(timer);
    watch.disconnect();
    listening.abort();
  };
  return stop;
}

/* A choice in the sidebar of a phone shows what was chosen, which the sidebar would cover. */
function closeOnPhone({ target }) {
  if (!PHONE.matches || !target.closest(SIDEBAR) || !target.closest(CHOICE)) return;
  document.querySelector(COLLAPSE)?.click();
}

/* Dialogs and menus are drawn outside of the element that Streamlit gives its scheme, and `light-dark()` asks for it. */
function tellScheme() {
  const app = document.querySelector('[data-testid="stApp"]');
  if (app) document.documentElement.style.colorScheme = getComputedStyle(app).colorScheme;
}
