/* What belongs to the page as a whole. Streamlit calls this in each run, and the returned function when the
   page goes: only the last call's listeners are there. */
const SIDEBAR = '[data-testid="stSidebar"]';
const CHOICE = "a, [role=menuitem], .stButton button";
const FIELD = "input:not([type=hidden], [type=file], [type=radio]), textarea";
/* Where a dialog begins without one: at what it is for, or at Cancel if that destroys something. */
const BUTTON = ".st-key-dialog_buttons button, .st-key-danger-dialog_buttons [class*=st-key-cancel-] button";
const PHONE = matchMedia("(max-width: 768px)");
let stop = () => {};

export default function ({ data }) {
  document.documentElement.lang = data.language;
  stop();
  const watch = new MutationObserver((changes) => changes.forEach(focusInDialog));
  watch.observe(document.body, { childList: true, subtree: true });
  document.addEventListener("click", closeOnPhone);
  document.addEventListener("focusout", keepInDialog);
  stop = () => {
    watch.disconnect();
    document.removeEventListener("click", closeOnPhone);
    document.removeEventListener("focusout", keepInDialog);
  };
  return stop;
}

/* A choice in the sidebar of a phone shows what was chosen, which the sidebar would cover. */
function closeOnPhone({ target }) {
  if (!PHONE.matches || !target.closest(SIDEBAR) || !target.closest(CHOICE)) return;
  document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click();
}

/* A dialog begins in its first field; on a touch screen the keyboard would hide the rest of it. */
function focusInDialog({ addedNodes }) {
  if (matchMedia("(pointer: coarse)").matches) return;
  for (const node of addedNodes) {
    const dialog = node.closest?.("[role=dialog]") ?? node.querySelector?.("[role=dialog]");
    if (!dialog || dialog.dataset.hasBegun) continue;
    const field = dialog.querySelector(FIELD) ?? dialog.querySelector(BUTTON);
    if (!field) continue;
    dialog.dataset.hasBegun = true;
    requestAnimationFrame(() => {
      field.focus();
      if (field.closest(".stForm")) select(field, 30);
    });
  }
}

/* A button that is drawn anew, as one that has begun a download, loses the focus: Escape would not close. */
function keepInDialog() {
  requestAnimationFrame(() => {
    const dialog = document.querySelector("[role=dialog]");
    if (dialog && document.activeElement === document.body) dialog.focus();
  });
}

/* Selects the text, which comes into its field some frames later. */
function select(field, frames) {
  if (document.activeElement !== field || !frames) return;
  if (field.value) field.select();
  else requestAnimationFrame(() => select(field, frames - 1));
}
