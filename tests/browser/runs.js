/* Whether the page runs, or has asked for a run of which it has not heard yet: Streamlit's own state knows of a
   run only once it has begun. The numbers are those of its protocol. */
(() => {
  const RERUN_SCRIPT = (11 << 3) | 2; // begins a message to the server
  const NEW_SESSION = 4;
  const SCRIPT_FINISHED = 6;
  const EARLY_FOR_RERUN = 2;
  const { send } = WebSocket.prototype;
  const heard = new WeakSet();
  let isAsking = false;
  let isRunning = false;
  window.isBusy = () => isAsking || isRunning;

  const hear = ({ data }) => {
    const bytes = new Uint8Array(data);
    let at = 0;
    const number = () => {
      let value = 0;
      for (let shift = 1; ; shift *= 128) {
        const byte = bytes[at++];
        value += (byte & 127) * shift;
        if (byte < 128) return value;
      }
    };
    let field = number() >> 3;
    while (field < 3) {
      const length = number();
      at += length; // its hash, and what is said about it
      field = number() >> 3;
    }
    if (field === NEW_SESSION) [isAsking, isRunning] = [false, true];
    else if (field === SCRIPT_FINISHED && number() !== EARLY_FOR_RERUN) isRunning = false;
  };
  const leave = () => ([isAsking, isRunning] = [false, false]);

  WebSocket.prototype.send = function (data) {
    if (!heard.has(this)) {
      heard.add(this);
      this.addEventListener("message", hear);
      this.addEventListener("close", leave);
    }
    if (new Uint8Array(data.buffer ?? data, data.byteOffset ?? 0)[0] === RERUN_SCRIPT) isAsking = true;
    return send.call(this, data);
  };
})();
