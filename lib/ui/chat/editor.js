// Puts the focus at the end of the text, which comes into view; Escape cancels, and Ctrl+Enter sends. A click on
// "Send" takes the field's text with it, since the field loses the focus first; here the script takes it away.
export default function ({ data, parentElement }) {
  const inside = (selector) => document.querySelector(`.st-key-editing-${data.message} ${selector}`);
  const sizes = new ResizeObserver(() => inside(".st-key-send_edit")?.scrollIntoView({ block: "nearest" }));
  let frame = 0;
  const begin = () => {
    const field = inside("textarea");
    if (!field) { frame = requestAnimationFrame(begin); return; }
    if (parentElement.hasBegun) return;
    parentElement.hasBegun = true;
    field.focus({ preventScroll: true });
    field.setSelectionRange(field.value.length, field.value.length);
    field.scrollTop = field.scrollHeight;
    sizes.observe(field); // it takes the height of its text a moment later
    field.addEventListener("input", () => sizes.disconnect(), { once: true });
  };
  const press = (event) => {
    if (event.isComposing || event.target !== inside("textarea")) return;
    const isSend = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    if (!isSend && event.key !== "Escape") return;
    event.target.blur();
    inside(isSend ? ".st-key-send_edit button" : ".st-key-cancel_edit button").click();
  };
  begin();
  const listening = new AbortController();
  document.addEventListener("keydown", press, { signal: listening.signal });
  return () => {
    cancelAnimationFrame(frame);
    sizes.disconnect();
    listening.abort();
  };
}
