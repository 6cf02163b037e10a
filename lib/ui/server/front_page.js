/* Runs before Streamlit's own scripts.

   Streamlit looks for its server below the page's address first, which is answered with 404 on all pages but
   the first: this tells where it is. */
window.__streamlit = { BACKEND_BASE_URL: location.origin + "/" };

/* Streamlit asks the browser whether the system is dark, and keeps a choice of its own for each page. One
   choice for all pages is kept here, under `theme`, and answers for the system. */
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
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith("stActiveTheme")) localStorage.removeItem(key);
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
