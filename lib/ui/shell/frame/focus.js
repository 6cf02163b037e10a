/* Where the focus is: in a dialog's first field when it opens, and never nowhere. */
/* Where a dialog begins without a field: at what it is for, or at Cancel if that destroys something. */
const BUTTON = ".st-key-dialog_buttons button, .st-key-danger-dialog_buttons [class*=st-key-cancel-] button";
const FIELD = "input:not([type=hidden], [type=file], [type=radio]), textarea";
const UNDRAWN = '[data-testid="stSkeleton"]'; // a field whose code is still on its way
const COMPOSER = '[data-testid="stChatInputTextArea"]';
const GONE = 250; // milliseconds in which the page may draw the same element again, or put the focus elsewhere
let focused = null; // the element that had the focus last, and the key of what Streamlit draws it in
let isLooking = false;

/* On a touch screen the keyboard would hide the rest of a dialog. */
const isTouch = () => matchMedia("(pointer: coarse)").matches;

function focusInDialog(node) {
  if (isTouch()) return;
  const dialog = node.closest("[role=dialog]") ?? node.querySelector("[role=dialog]");
  if (!dialog || dialog.dataset.hasBegun) return;
  const field = dialog.querySelector(`${FIELD}, ${UNDRAWN}`) ?? dialog.querySelector(BUTTON);
  if (!field || field.matches(UNDRAWN)) return;
  dialog.dataset.hasBegun = true;
  requestAnimationFrame(() => {
    const at = document.activeElement;
    if (dialog.contains(at) && at.matches(FIELD)) return; // somebody was quicker
    field.focus();
    if (field.closest(".stForm")) select(field, 30);
  });
}

/* Selects the text, which comes into its field some frames later. */
function select(field, frames) {
  if (document.activeElement !== field || !frames) return;
  if (field.value) field.select();
  else requestAnimationFrame(() => select(field, frames - 1));
}

/* A button that is drawn anew, as one that has begun a download, loses the focus: Escape would not close. */
function keepInDialog() {
  requestAnimationFrame(() => {
    const dialog = document.querySelector("[role=dialog]");
    if (dialog && document.activeElement === document.body) dialog.focus();
  });
}

function noteFocus({ target }) {
  const key = [...(target.closest('[class*="st-key-"]')?.classList ?? [])].find((each) => each.startsWith("st-key-"));
  focused = { element: target, key };
}

/* An element that leaves the page takes the focus along, and the Tab key would begin at the top of the page. */
function keepFocus() {
  if (isLooking || !focused || focused.element.isConnected || document.activeElement !== document.body) return;
  isLooking = true;
  setTimeout(() => {
    isLooking = false;
    if (document.activeElement === document.body && !isTouch()) focusAgain(focused.key);
  }, GONE);
}

/* To the same button where it is drawn anew, else to the message box, else to the page's heading. */
function focusAgain(key) {
  const same = key && visible(`.${CSS.escape(key)} :is(button, a, input)`)[0];
  const box = visible(`${COMPOSER}:enabled`)[0];
  const [heading] = visible("[data-testid=stMain] h1");
  heading?.setAttribute("tabindex", "-1");
  (same || box || heading)?.focus({ preventScroll: true });
}

function visible(selector) {
  return [...document.querySelectorAll(selector)].filter((each) => each.checkVisibility({ visibilityProperty: true }));
}
