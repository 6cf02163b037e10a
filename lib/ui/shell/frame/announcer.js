/* What a screen reader is told without being asked: one polite region says each thing once. */
const STOP = '.st-key-composer [class*="st-key-stop"] button';
const ANSWER = '[class*=" st-key-answer-"], [class^="st-key-answer-"]';
const AGAIN = 20; // milliseconds between two texts: the same one twice would be no change
let isAnswering = false;
let isStopping = false;
let sends = 0; // of this tab; an answer may be there so soon that Stop is never seen
let isAwaiting = false;

function announce(text) {
  let region = document.getElementById("announcer");
  if (!region) {
    region = Object.assign(document.createElement("div"), { id: "announcer" });
    region.setAttribute("role", "status");
    document.body.append(region);
  }
  region.textContent = "";
  setTimeout(() => (region.textContent = text), AGAIN);
}

/* That an answer begins, and how it has ended. A run that draws the page anew removes Stop for a moment. */
function announceState(said, sent) {
  if (sent > sends) isAwaiting = true;
  sends = sent;
  if (document.querySelector(STOP)) {
    if (!isAnswering) announce(said.answering);
    isAnswering = true;
    return;
  }
  const isStill = document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState === "notRunning";
  if ((isAnswering || isAwaiting) && !isStill) return;
  if (isAnswering || isAwaiting) announce(ending(said));
  isAnswering = isAwaiting = isStopping = false;
}

function ending(said) {
  const answer = [...document.querySelectorAll(ANSWER)].at(-1);
  const error = answer?.querySelector('[data-testid="stAlert"] [data-testid="stMarkdownContainer"]');
  if (error) return said.error.replace("{}", () => error.innerText);
  if (isStopping) return said.stopped;
  const figures = answer?.querySelector('[class*="st-key-end-"] > .stElementContainer:last-child');
  return [said.done, figures?.innerText].filter(Boolean).join(". ");
}

/* Toasts, and the offer to undo. An error of an answer is told above: as an alert it would be said twice. */
function announceAdded(node, said) {
  const alert = node.querySelector("[role=alert]");
  if (alert?.closest(ANSWER)) alert.setAttribute("role", "group");
  const toast = node.querySelector('[data-testid="stToastText"], [class*="st-key-undo-"] .stMarkdown');
  if (toast) announce(toast.innerText);
}

function announceClick(target, said) {
  if (target.closest?.(STOP)) isStopping = true;
  else if (target.closest?.('.stCode [data-testid="stBaseButton-elementToolbar"]')) announce(said.copied);
}
