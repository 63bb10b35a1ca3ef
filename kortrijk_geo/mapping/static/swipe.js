// Two states of one figure on one map: the earlier left of a slider, the later right of it.
(() => {
  "use strict";
  const atlas = window.KortrijkAtlas;
  const { make } = atlas;
  const FAR = 1e5;

  atlas.addSwipe = (view) => {
    const { map, data } = view;
    if (!data.compared || data.areas.picture) return;
    const [before, after] = data.compared;
    const pane = map.getPane("kg-before");
    const renderer = view.areaRenderer("kg-before");
    const style = (feature) => ({ ...view.areaStyle(feature, view.layer().before), renderer, interactive: false, smoothFactor: 0.3 });
    const earlier = L.geoJSON(data.areas, { pane: "kg-before", interactive: false, style: () => ({ renderer, interactive: false }) }).addTo(map);
    pane.setAttribute("aria-hidden", "true");

    const slider = make("input", { type: "range", min: 0, max: 100, step: 1, value: 50, class: "kg-slider", "aria-label": `Schuif: links ${before}, rechts ${after}` });
    const line = make("div", { class: "kg-swipe-line", "aria-hidden": "true" });
    const sign = (text, side) => make("span", { class: `kg-swipe-${side}` }, make("bdi", {}, text));
    line.append(sign(before, "before"), sign(after, "after"));
    const box = make("div", { class: "kg-swipe" }, line, slider);
    map.getContainer().append(box);
    L.DomEvent.disableClickPropagation(slider);
    L.DomEvent.disableScrollPropagation(slider);

    // The pane moves with the map, so what is cut off is counted anew in its own pixels.
    const clip = () => {
      const x = (map.getSize().x * slider.value) / 100;
      const edge = map.containerPointToLayerPoint([x, 0]).x;
      pane.style.clipPath = `polygon(${-FAR}px ${-FAR}px, ${edge}px ${-FAR}px, ${edge}px ${FAR}px, ${-FAR}px ${FAR}px)`;
      line.style.left = `${slider.value}%`;
      slider.setAttribute("aria-valuetext", `${slider.value} % van de kaart toont ${before}`);
    };
    const follow = () => {
      const shown = !!view.layer().before;
      box.hidden = !shown;
      map.getContainer().classList.toggle("kg-comparing", shown);
      pane.style.display = shown ? "" : "none";
      if (shown) earlier.setStyle(style);
    };
    slider.addEventListener("input", () => {
      clip();
      view.tell("swipe", slider.value);
    });
    view.swipe = { value: () => slider.value, set: (value) => ((slider.value = value), clip()) };
    map.on("move zoom viewreset resize zoomend moveend", clip);
    view.on("layer", follow);
    follow();
    clip();
  };
})();
