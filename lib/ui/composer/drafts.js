/* What is typed and has not arrived, by its place. It outlives a reload of its tab, the end of a sign-in and
   the server; whoever else signs in there finds nothing of it. */
const KEPT = "synstar-drafts";
const TEMPORARY = " temporary"; // ends a place whose text is kept nowhere but here
const SOON = 1000; // milliseconds
const SIGN_OUT = '.st-key-sign_out button, a[href$="/sign-out"]';
let owner = null;
let timer = 0;
let drafts = new Map(); // what is typed and not sent
let sending = new Map(); // what was sent, with its id, until the server has said whether it has arrived
let invited = new Map(); // the text that a page's link brought last, by its box

const openDrafts = (person) => {
  if (owner === person) return;
  let kept = null;
  try {
    kept = JSON.parse(sessionStorage.getItem(KEPT));
  } catch {} // storage is switched off, or holds something else
  const isTheirs = kept?.owner === person;
  drafts = new Map(isTheirs ? kept.texts : []);
  sending = new Map(isTheirs ? kept.sent : []);
  invited = new Map(isTheirs ? kept.invited : []);
  owner = person;
  saveDrafts();
};
const saveDrafts = () => {
  const [texts, sent] = [drafts, sending].map((all) => [...all].filter(([place]) => !place.endsWith(TEMPORARY)));
  try {
    sessionStorage.removeItem(KEPT); // nothing old is left there if the new one finds no room
    if (!texts.length && !sent.length && !invited.size) return;
    sessionStorage.setItem(KEPT, JSON.stringify({ owner, texts, sent, invited: [...invited] }));
  } catch {} // switched off, or full
};
// While one types, too: a browser that dies says nothing before.
const saveSoon = () => {
  timer ||= setTimeout(() => {
    timer = 0;
    saveDrafts();
  }, SOON);
};
const forgetDrafts = ({ target }) => {
  if (!target.closest?.(SIGN_OUT)) return;
  for (const all of [drafts, sending, invited]) all.clear();
};
addEventListener("pagehide", saveDrafts);
document.addEventListener("visibilitychange", saveDrafts);
document.addEventListener("click", forgetDrafts);
