// Keeps the page at its end while a person reads there, and otherwise exactly where they scrolled to.
// Streamlit calls this on every rerun; what lasts is kept on the element.
const AT_END = 8; // px

export default function ({ data, parentElement }) {
  parentElement.stop?.(); // what was begun by the run before
  const page = document.querySelector(".stMain");
  const content = document.querySelector(".stMainBlockContainer");
  const composer = document.querySelector(".stBottom");
  const button = parentElement.querySelector("button");
  const state = (parentElement.reading ??= { isAtEnd: true, top: 0, height: 0 });
  button.setAttribute("aria-label", data.label);
  button.title = data.label;

  const note = () => {
    Object.assign(state, { top: page.scrollTop, height: page.scrollHeight });
    button.hidden = state.isAtEnd || data.isEditing;
    page.toggleAttribute("data-scrolled", page.scrollTop > 0);
  };
  const toEnd = () => {
    state.isAtEnd = true;
    page.scrollTop = page.scrollHeight;
    note();
  };
  const onScroll = () => {
    // What changes in height moves the page, too, even if it grows in the end. Only a person does otherwise.
    const isUp = page.scrollTop < state.top && page.scrollHeight === state.height;
    const isAtEnd = page.scrollHeight - page.clientHeight - page.scrollTop < AT_END;
    if (isUp) state.isAtEnd = false;
    else if (isAtEnd) state.isAtEnd = true;
    note();
  };
  const onSize = () => {
    // What gets the focus comes into view between the title and the message box.
    if (state.bottom !== composer.offsetHeight) {
      state.bottom = composer.offsetHeight;
      page.style.scrollPadding = `4rem 0 ${state.bottom + 16}px`;
    }
    if (state.isAtEnd && !data.isEditing) toEnd();
    else note();
  };

  if (state.opened !== data.opened) {
    state.opened = data.opened;
    toEnd();
  }
  note();
  const sizes = new ResizeObserver(onSize);
  for (const part of [content, page, composer]) sizes.observe(part);
  const listening = new AbortController();
  page.addEventListener("scroll", onScroll, { passive: true, signal: listening.signal });
  button.onclick = toEnd;
  return (parentElement.stop = () => {
    sizes.disconnect();
    listening.abort();
  });
}
