/* Scrolls to the first place in a message where most of the words stand together, and marks them in all such
   places, with the browser's highlights: the message itself is not touched. It may be drawn after this is called,
   and anew at any time. */
const NAME = "found";
const PLACES = "p, li, tr, pre, h1, h2, h3, h4, h5, h6";
const HELD = 1500; // milliseconds
let shown = null; // the id of the hit that has been scrolled to

export default function ({ data }) {
  const app = document.querySelector('[data-testid="stApp"]');
  const words = data.words.map((word) => word.toLowerCase()).filter(Boolean);
  const show = () => {
    const message = document.querySelector(`[class*="-${CSS.escape(data.message_id)}"]`);
    if (!message) return;
    CSS.highlights?.set(NAME, new Highlight(...together(ranges(message, words))));
    if (shown === data.id || app.dataset.testScriptState === "running") return;
    shown = data.id;
    const first = [...(CSS.highlights?.get(NAME) ?? [])][0];
    hold(first?.startContainer.parentElement ?? message);
  };
  let frame = 0;
  const soon = () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(show);
  };
  const watch = new MutationObserver(soon);
  watch.observe(app, { childList: true, subtree: true, attributeFilter: ["data-test-script-state"] });
  show();
  return () => {
    watch.disconnect();
    cancelAnimationFrame(frame);
    CSS.highlights?.delete(NAME);
  };
}

/* Keeps an element in view while the rest of the page is still being drawn, which Streamlit follows to its
   end; until somebody scrolls. */
function hold(element) {
  const until = performance.now() + HELD;
  const listening = new AbortController();
  for (const name of ["wheel", "touchstart", "keydown", "pointerdown"]) {
    document.addEventListener(name, () => listening.abort(), { signal: listening.signal, passive: true });
  }
  const look = () => {
    if (listening.signal.aborted || !element.isConnected) return;
    const { top, bottom } = element.getBoundingClientRect();
    if (top < 0 || bottom > innerHeight * 0.7) element.scrollIntoView({ block: "center" });
    if (performance.now() < until) requestAnimationFrame(look);
    else listening.abort();
  };
  element.scrollIntoView({ block: "center" });
  look();
}

function together(found) {
  const words = new Map();
  for (const { place, word } of found) words.set(place, (words.get(place) ?? new Set()).add(word));
  const most = Math.max(...[...words.values()].map((each) => each.size));
  return found.filter(({ place }) => words.get(place).size === most).map(({ range }) => range);
}

function ranges(root, words) {
  const found = [];
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { data } = texts.currentNode;
    const text = data.toLowerCase();
    if (text.length !== data.length) continue; // few letters change their length
    const place = texts.currentNode.parentElement.closest(PLACES);
    for (const word of words) {
      for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
        const range = new Range();
        range.setStart(texts.currentNode, at);
        range.setEnd(texts.currentNode, at + word.length);
        found.push({ place, word, range });
      }
    }
  }
  return found;
}
