/* Runs before Streamlit's own scripts.

   Streamlit looks for its server below the page's address first, which is answered with 404 on all pages but
   the first: this tells where it is. Each page is one segment below it. */
window.__streamlit = { BACKEND_BASE_URL: new URL(".", location.href).href };

/* Streamlit asks the browser whether the system is dark, and keeps a choice of its own for each page. One
   choice for all pages is kept here, under `theme`, and answers for the system. It also keeps that the sidebar was
   open: on a phone that would cover the page. */
(() => {
  const ask = window.matchMedia.bind(window);
  const chosen = () => {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null; // the browser keeps nothing
    }
  };
  try {
    const isPhone = Math.min(screen.width, innerWidth) <= 768; // nobody has told a phone yet how wide the page is
    for (const [key, value] of Object.entries(localStorage)) {
      const isOpen = key.startsWith("stSidebarCollapsed") && value === "false";
      if (key.startsWith("stActiveTheme") || (isPhone && isOpen)) localStorage.removeItem(key);
    }
  } catch {
    // as above
  }
  window.matchMedia = (query) => {
    const list = ask(query);
    if (!/prefers-color-scheme:\s*dark/.test(query)) return list;
    const isDark = () => (chosen() ? chosen() === "dark" : ask(query).matches);
    return Object.defineProperty(list, "matches", { get: isDark });
  };
})();

/* What a page has uploaded and what it shows are in the process that holds its websocket. If a proxy has asked
   another one, the page connects again, which leads to that one, and asks for its images again. Streamlit has
   no way to ask for that. */
(() => {
  const REST = 10000; // ms: without a cookie that leads to one process, each connection may be a wrong one
  const AGAIN = 1000;
  const MOST_TRIES = 5;
  let stream;
  let since = -Infinity;
  const tries = new WeakMap();

  let isLost = false;
  const tell = (event) => window.dispatchEvent(new Event(event));
  const lose = () => {
    isLost = true;
    tell("connectionlost");
  };
  const restore = () => {
    if (!isLost) return;
    isLost = false;
    setTimeout(tell, 0, "connectionrestored"); // Streamlit hears of its connection after this, and can send then
  };
  window.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      stream = this;
      this.addEventListener("close", lose);
      this.addEventListener("open", restore);
    }
  };
  window.isConnected = () => stream?.readyState === WebSocket.OPEN;
  const connectAgain = () => {
    if (performance.now() - since < REST) return;
    since = performance.now();
    stream?.close();
  };

  const open = XMLHttpRequest.prototype.open;
  XMLHttpRequest.prototype.open = function (method, ...given) {
    if (method === "PUT") this.addEventListener("load", () => this.status === 404 && move(this.responseText));
    return open.call(this, method, ...given);
  };
  const move = (why) => {
    const told = Object.assign(document.createElement("div"), { role: "status", textContent: why });
    told.style.cssText =
      "position:fixed;inset:auto 0 1rem;margin:auto;width:fit-content;max-width:90vw;padding:.6rem 1rem;" +
      "border-radius:.6rem;background:#10151c;color:#fff;font:15px system-ui,sans-serif;z-index:1000000";
    document.body.append(told);
    setTimeout(() => told.remove(), REST);
    connectAgain();
  };

  const find = async (shown) => {
    const count = tries.get(shown) ?? 0;
    if (count === MOST_TRIES) return;
    tries.set(shown, count + 1);
    const answer = await fetch(shown.src, { method: "HEAD" }).catch(() => null); // null: no connection
    if (answer?.status === 404) connectAgain();
    // The same file has the same address everywhere.
    setTimeout(() => shown.isConnected && (shown.src = shown.src), AGAIN);
  };
  const files = `${window.__streamlit.BACKEND_BASE_URL}media/`;
  const failed = ({ target }) => target.src?.startsWith?.(files) && find(target);
  window.addEventListener("error", failed, true);
})();
