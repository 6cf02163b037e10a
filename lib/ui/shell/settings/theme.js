/* The choice of a theme, which `front_page.js` gives Streamlit as the system's. */
const KEY = "theme";
/* For the pages without JavaScript, as the one to sign in. */
const COOKIE = "synstar_theme";
const YEAR = 365 * 24 * 3600;

export default function ({ data, parentElement }) {
  const [legend, options] = parentElement.querySelector("fieldset").children;
  legend.textContent = data.label;
  let chosen = "";
  try {
    chosen = localStorage.getItem(KEY) ?? "";
  } catch {
    // the browser keeps nothing: the choice lasts as long as the page
  }
  options.replaceChildren(
    ...Object.entries(data.names).map(([value, name]) => {
      const label = document.createElement("label");
      const input = document.createElement("input");
      Object.assign(input, { type: "radio", name: KEY, value, checked: value === chosen });
      input.onchange = () => choose(value);
      label.append(input, name);
      return label;
    }),
  );
}

function choose(theme) {
  try {
    if (theme) localStorage.setItem(KEY, theme);
    else localStorage.removeItem(KEY);
  } catch {
    return;
  }
  document.cookie = `${COOKIE}=${theme}; Path=${new URL(window.__streamlit.BACKEND_BASE_URL).pathname}; SameSite=Lax; Max-Age=${theme ? YEAR : 0}`;
  // Streamlit asks for the theme again after printing: here it can be told no other way.
  window.dispatchEvent(new Event("afterprint"));
}
