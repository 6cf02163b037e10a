/* Where the focus is in the panel: where a chip has opened it, and nowhere before it closes. */
const PANEL = "[data-testid=stPopoverBody]";
const inUse = () => {
  const at = document.activeElement;
  return at?.matches("input, textarea") && at.closest(PANEL) ? at : null;
};

export default function ({ data, parentElement }) {
  begin(data.field);
  // A field's value arrives when the field loses the focus. A panel that closes takes its fields away before: so
  // they lose the focus first, and Escape closes the panel a moment later. Listens on the window: Streamlit does
  // on the document.
  const press = (event) => {
    const at = inUse();
    const isList = at?.getAttribute("aria-expanded") === "true"; // Escape closes an open list first
    if (event.key !== "Escape" || !at || isList || event.isComposing) return;
    event.stopImmediatePropagation();
    const panel = at.closest(PANEL);
    at.blur();
    setTimeout(() => panel.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true })));
  };
  // The list of a field of the panel lies beside it.
  const inside = "[data-st-overlay-root], [role=listbox]";
  const point = (event) => event.target.closest?.(inside) || inUse()?.blur();
  parentElement.stop?.(); // what was begun by the run before
  const listening = new AbortController();
  window.addEventListener("keydown", press, { capture: true, signal: listening.signal });
  window.addEventListener("pointerdown", point, { capture: true, signal: listening.signal });
  return (parentElement.stop = () => listening.abort());
}

/* Whether somebody has gone into a field already. In the first one it may have been the frame, which begins
   there. */
const isTaken = (panel) => ![null, panel.querySelector("input, textarea")].includes(inUse());

/* The frame would begin at the panel's first field, and neither does where the keyboard would hide the panel. */
function begin(key) {
  const panel = document.querySelector(PANEL);
  if (!key || !panel || panel.dataset.begins === key || matchMedia("(pointer: coarse)").matches) return;
  Object.assign(panel.dataset, { begins: key, hasBegun: true });
  const look = () => {
    const field = panel.querySelector(`.st-key-${key} :is(input, textarea)`);
    if (field) requestAnimationFrame(() => isTaken(panel) || field.focus());
    return Boolean(field);
  };
  if (look()) return;
  const watch = new MutationObserver(() => look() && watch.disconnect());
  watch.observe(panel, { childList: true, subtree: true });
}
