// What a reader chose goes along to the other pages of the atlas, in the address; and a link to it can be copied.
(() => {
  "use strict";
  const atlas = (window.KortrijkAtlas = window.KortrijkAtlas || {});
  // The overlays of a page are its own; what a page does not know of the rest it leaves aside.
  const TRAVELS = ["gebied", "naast", "laag", "zicht", "punt", "zoek"];
  const byId = (id) => document.getElementById(id);

  atlas.hashOf = (state) => "#" + state.toString().replaceAll("%2F", "/").replaceAll("%2C", ",");

  atlas.readHash = () => new URLSearchParams(location.hash.slice(1));

  atlas.writeHash = (hash) => {
    try {
      history.replaceState(null, "", hash);
    } catch (refused) {
      // A browser may refuse this for a file; the links in the page still hold the state.
      if (refused.name !== "SecurityError") throw refused;
    }
  };

  // Links to the other pages take along what they understand.
  atlas.carry = (state) => {
    const along = new URLSearchParams(TRAVELS.filter((key) => state.get(key)).map((key) => [key, state.get(key)]));
    const hash = [...along.keys()].length ? atlas.hashOf(along) : "";
    for (const link of document.querySelectorAll(".bar a:not([aria-current]), .crumbs a, a[data-carry]")) {
      link.setAttribute("href", link.getAttribute("href").split("#")[0] + hash);
    }
  };

  // Where the clipboard is not to be had, as in a page from a plain http server, the link stands ready to be copied.
  atlas.addCopy = (address) => {
    const [button, told, box, field] = ["copy-link", "copy-told", "copy-box", "copy-text"].map(byId);
    const copied = async (text) => {
      if (!navigator.clipboard) return false;
      try {
        await navigator.clipboard.writeText(text);
        return true;
      } catch (refused) {
        if (refused.name !== "NotAllowedError") throw refused;
        return false;
      }
    };
    button.addEventListener("click", async () => {
      const text = address();
      const done = await copied(text);
      box.hidden = done;
      told.textContent = done ? "De link is gekopieerd." : "Kopieer de link hieronder (Ctrl+C).";
      if (done) return;
      field.value = text;
      field.focus();
      field.select();
    });
  };

  // A page without a map only hands on what it was given.
  atlas.handOn = () => atlas.carry(atlas.readHash());
  if (!window.L) {
    atlas.handOn();
    window.addEventListener("hashchange", atlas.handOn);
  }
})();
