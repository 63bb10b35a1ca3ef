// The controls on the map: choice of layers, legend, whole view, names of areas, the mark of invented data.
(() => {
  "use strict";
  const atlas = window.KortrijkAtlas;
  const { make, swatch } = atlas;
  const CONTEXT_LABEL = "Ondergrond (wegen, spoor, water, groen)";
  const NO_GROUP = "algemeen";
  const ROOM = { x: 760, y: 420 };
  const MOST_OF_NARROW = 0.4;
  const NARROW_PAGE = "(max-width: 760px)";
  let made = 0;
  // On a page the panels have a column of their own; a map by itself carries them.
  atlas.dock = () => document.getElementById("map-panels");
  // Too small for panels beside what the map shows.
  atlas.isNarrow = (map) => (atlas.dock() ? window.matchMedia(NARROW_PAGE).matches : map.getSize().x < ROOM.x || map.getSize().y < ROOM.y);

  function control(position, element) {
    const Control = L.Control.extend({ options: { position }, onAdd: () => element });
    L.DomEvent.disableClickPropagation(element);
    L.DomEvent.disableScrollPropagation(element);
    return new Control();
  }

  // A panel that can be folded; folded from the start where the map is narrow.
  function panel(view, title, className, foldWhenNarrow) {
    const id = "kg-panel-" + (made += 1);
    const body = make("div", { id, class: "kg-panel-body" });
    const button = make("button", { type: "button", class: "kg-panel-title", "aria-controls": id }, title);
    const set = (open) => {
      button.setAttribute("aria-expanded", String(open));
      body.hidden = !open;
      view.tell("panels");
    };
    button.addEventListener("click", () => set(body.hidden));
    set(!(foldWhenNarrow && view.narrow));
    if (foldWhenNarrow) view.on("narrow", (narrow) => set(!narrow));
    return { element: make("div", { class: "leaflet-bar kg-panel " + className }, button, body), body };
  }

  atlas.addLayerControl = (view) => {
    const { data } = view;
    const { element, body } = panel(view, "Kaartlagen", "kg-layers", true);
    if (data.layers.length > 1) body.append(...areaChoice(view));
    const boxes = make("fieldset", {}, make("legend", {}, "Ook tonen"));
    view.overlays.forEach((overlay, place) => boxes.append(tick(overlay.label, overlay.shown, (on) => view.show(place, on), place)));
    if (view.background) boxes.append(tick(view.background.label, true, view.background.show));
    if (data.context.length) {
      const context = tick(CONTEXT_LABEL, true, view.showContext);
      boxes.append(context);
      view.on("context", (shown) => (context.querySelector("input").checked = shown));
    }
    if (data.areas.features.some((feature) => feature.properties.label)) {
      boxes.append(tick("Namen van gebieden", true, view.showNames));
    }
    if (boxes.children.length > 1) body.append(boxes);
    if (body.children.length && atlas.dock()) atlas.dock().append(element);
    else if (body.children.length) control("topright", element).addTo(view.map);

    view.on("overlay", ({ place, shown }) => {
      boxes.querySelector(`input[data-overlay="${place}"]`).checked = shown;
    });
  };

  function tick(label, checked, changed, place) {
    const box = make("input", { type: "checkbox", "data-overlay": place });
    box.checked = checked;
    box.addEventListener("change", () => changed(box.checked));
    return make("label", { class: "kg-tick" }, box, make("bdi", {}, label));
  }

  // Area layers exclude each other: a few groups are buttons, and the layers of the group a list.
  function areaChoice(view) {
    const { layers } = view.data;
    const groups = [...new Set(layers.map((layer) => layer.group))];
    const select = make("select", { class: "kg-select" });
    const fill = (group) => {
      const option = (layer) => {
        const found = make("option", { value: layers.indexOf(layer) }, layer.label);
        return found;
      };
      const of = (name) => layers.filter((layer) => layer.group === name).map(option);
      if (groups.length > 3) {
        select.replaceChildren(...groups.map((name) => make("optgroup", { label: name || NO_GROUP }, ...of(name))));
      } else {
        select.replaceChildren(...of(group));
      }
    };
    const found = [];
    const name = "kg-group-" + (made += 1);
    const radios = new Map();
    if (groups.length === 2 || groups.length === 3) {
      const set = make("fieldset", { class: "kg-groups" }, make("legend", { class: "kg-hidden" }, "Soort kaartlaag"));
      for (const group of groups) {
        const radio = make("input", { type: "radio", name });
        radio.addEventListener("change", () => {
          // The same subject in the other group, when it is there.
          const now = layers[view.active];
          const there = layers.filter((l) => l.group === group);
          const place = layers.filter((l) => l.group === now.group).indexOf(now);
          const same = there.find((l) => l.label === now.label) || there[place] || there[0];
          view.setLayer(layers.indexOf(same));
        });
        radios.set(group, radio);
        set.append(make("label", {}, radio, make("bdi", {}, group || NO_GROUP)));
      }
      found.push(set);
    }
    select.addEventListener("change", () => view.setLayer(Number(select.value)));
    found.push(make("label", { class: "kg-choice" }, make("span", {}, "Kleur de gebieden volgens"), select));
    const follow = () => {
      const { group } = layers[view.active];
      radios.forEach((radio, key) => (radio.checked = key === group));
      fill(group);
      select.value = String(view.active);
    };
    view.on("layer", follow);
    follow();
    return found;
  }

  atlas.addLegend = (view) => {
    const { data } = view;
    const { element, body } = panel(view, "Legenda", "kg-legend", false);
    // It may scroll, so the keyboard must be able to come here.
    for (const [name, value] of [["tabindex", "0"], ["role", "group"], ["aria-label", "Legenda"]]) body.setAttribute(name, value);
    const row = (colour, label, note) =>
      make("li", {}, swatch(colour), make("span", {}, atlas.unbroken(label)), make("span", { class: "kg-count" }, note || ""));
    const draw = () => {
      body.replaceChildren();
      const layer = data.layers[view.active];
      if (layer) {
        const count = (column) => {
          const counts = new Map();
          data.values[column].forEach((value) => {
            const place = atlas.classOf(value, layer.limits);
            counts.set(place, (counts.get(place) || 0) + 1);
          });
          return (place) => counts.get(place) || 0;
        };
        const now = count(layer.column);
        const was = layer.before && count(layer.before);
        const told = (place) => (was ? `${was(place)} → ${now(place)}` : `${now(place)}`);
        const title = make("p", { class: "kg-legend-title" }, make("bdi", {}, layer.label));
        if (layer.group && layer.title !== layer.label) title.append(make("span", { class: "kg-legend-group" }, make("bdi", {}, layer.group)));
        const rows = layer.classes.map((c, place) => row(c.colour, c.label, told(place)));
        rows.push(row(null, data.noData, told(-1)));
        const head = make("li", { class: "kg-legend-head", "aria-hidden": "true" }, "", make("span", {}, ""), make("span", { class: "kg-count" }, "gebieden"));
        body.append(title, make("ul", {}, head, ...rows));
      }
      view.overlays.filter((overlay) => overlay.shown).forEach((overlay) => {
        const single = overlay.classes.length === 1 && !overlay.unknown;
        if (!single) body.append(make("p", { class: "kg-legend-title" }, make("bdi", {}, overlay.label)));
        const rows = overlay.classes.map((c) => row(c.colour, c.label));
        overlay.classes.forEach((c, place) => c.mark && rows[place].firstChild.replaceWith(atlas.markSwatch(c.colour, c.mark)));
        // A point without a value is an open ring, a shape without one is grey.
        if (overlay.unknown) rows.push(row(overlay.round ? "#ffffff" : atlas.NO_DATA_COLOUR, data.noData));
        body.append(make("ul", { class: overlay.round ? "kg-round" : "" }, ...rows));
        const choice = atlas.pointFilter(overlay);
        if (choice) body.append(choice);
      });
    };
    view.on("layer", draw);
    view.on("overlay", draw);
    draw();
    if (!data.layers.length && !data.points.length && !data.shapes.length) return;
    if (atlas.dock()) return atlas.dock().prepend(element);
    const legend = control("bottomright", element).addTo(view.map);
    const stand = (narrow) => {
      element.classList.toggle("kg-flat", narrow);
      legend.setPosition(narrow ? "bottomleft" : "bottomright");
    };
    // At the right it takes the height that the choice of layers leaves; below, it and what stands there take a part
    // of the map. It scrolls when that is too little.
    const fit = () => {
      const { y } = view.map.getSize();
      const other = (selector) => view.map.getContainer().querySelector(selector);
      const beside = view.narrow ? other(".leaflet-bottom.leaflet-left").offsetHeight - body.offsetHeight : 0;
      const above = other(".kg-layers");
      const room = view.narrow ? MOST_OF_NARROW * y - beside : y - (above ? above.offsetHeight : 0) - 72;
      body.style.maxHeight = Math.max(view.narrow ? 48 : 90, room) + "px";
    };
    view.on("narrow", stand);
    view.on("panels", fit);
    stand(view.narrow);
    fit();
  };

  atlas.addPlainControls = (view) => {
    const { map, data } = view;
    const corner = atlas.dock() ? "topright" : "topleft";
    L.control.zoom({ position: corner, zoomInTitle: "Inzoomen", zoomOutTitle: "Uitzoomen" }).addTo(map);
    if (data.bounds) {
      const home = make("button", { type: "button", class: "kg-home", title: "Hele kaart tonen", "aria-label": "Hele kaart tonen" }, "⌂");
      home.addEventListener("click", () => view.wholeMap());
      control(corner, make("div", { class: "leaflet-bar" }, home)).addTo(map);
    }
    L.control.scale({ imperial: false }).addTo(map);
    if (data.demo) control("bottomleft", make("div", { class: "kg-demo" }, data.demo)).addTo(map);
  };
})();
