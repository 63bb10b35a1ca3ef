// What an officer types is kept and read as it is typed: the same form is sent, and parts of the answer take their place.
"use strict";
(() => {
  document.documentElement.classList.add("script");
  const form = document.getElementById("aanvraag");
  const summary = document.getElementById("fouten");
  if (summary) summary.focus();
  const PARTS = ["gelezen", "naast", "vragen", "vormen", "meer", "plek"];
  const PAUSE = 700;
  let waiting = 0, number = 0, saving = Promise.resolve();

  const values = () => {
    const data = new FormData(form);
    data.delete("doe");
    return new URLSearchParams(data);
  };
  const said = document.getElementById("bewaard");

  // Shows only the questions that the answers so far lead to; the answers to the others stay.
  function showQuestions() {
    for (const question of form.querySelectorAll("[data-only-if]")) {
      const [name, wanted] = question.dataset.onlyIf.split("=");
      const chosen = form.elements[name];
      question.hidden = !(chosen && wanted.split("|").includes(chosen.value));
    }
  }

  // One after the other: each says which saving it goes on from, and one that does not know becomes a draft apart.
  function keep() {
    const mine = ++number;
    const next = () => (mine === number ? send(mine) : undefined);
    saving = saving.then(next, next);
  }

  async function send(mine) {
    const sent = values();
    let answer;
    try {
      answer = await fetch(form.action, { method: "POST", body: sent, headers: { "x-live": "1" }, signal: AbortSignal.timeout(15000) });
    } catch {
      said.textContent = "Niet bewaard: het loket antwoordt niet. Wat u typt, blijft hier staan.";
      return;
    }
    if (!answer.ok) {
      said.textContent = "Niet bewaard. Bewaar met de knop.";
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of ["concept", "bewaard_op"]) document.getElementById(id).value = page.getElementById(id).value;
    if (mine !== number) return; // more was typed meanwhile
    said.textContent = page.getElementById("bewaard").textContent;
    for (const id of PARTS) swap(id, page);
    const map = page.getElementById("kaart");
    if (map.dataset.lat && window.deskMap && map.dataset.lat !== document.getElementById("kaart").dataset.lat) {
      document.getElementById("kaart").dataset.lat = map.dataset.lat;
      window.deskMap.place(Number(map.dataset.lat), Number(map.dataset.lng));
    }
    showQuestions();
  }

  // Puts the new part in place; focus, what stands in the field and where the caret is stay as they are.
  function swap(id, page) {
    const old = document.getElementById(id), fresh = page.getElementById(id);
    if (!old || !fresh || old.innerHTML === fresh.innerHTML) return;
    const active = document.activeElement;
    if (old.contains(active) && active.matches("input:not([type=radio]), textarea")) {
      const twin = active.id && fresh.querySelector(`#${CSS.escape(active.id)}`);
      if (!twin) return;
      const at = [active.selectionStart, active.selectionEnd];
      twin.value = active.value;
      old.replaceWith(fresh);
      twin.focus({ preventScroll: true });
      twin.setSelectionRange(...at);
      return;
    }
    const [name, value] = old.contains(active) ? [active.name, active.value] : [];
    old.replaceWith(fresh);
    if (name) {
      const twin = [...fresh.querySelectorAll("input, button")].find((one) => one.name === name && one.value === value);
      if (twin) twin.focus({ preventScroll: true });
    }
  }

  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(keep, PAUSE);
  };
  form.addEventListener("input", soon);
  form.addEventListener("change", () => { showQuestions(); soon(); });
  form.addEventListener("click", (event) => {
    const suggestion = event.target.closest(".suggestion");
    if (!suggestion) return;
    event.preventDefault();
    document.getElementById("adres").value = suggestion.value;
    keep();
  });
  form.addEventListener("submit", () => { clearTimeout(waiting); number++; });
  showQuestions();
})();
