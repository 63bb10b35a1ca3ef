// The map itself: areas, points, shapes and context from one block of data, with one tooltip and one highlight.
(() => {
  "use strict";
  const atlas = window.KortrijkAtlas;
  const { make, numberText } = atlas;
  const PANES = { "kg-ground": 340, "kg-areas": 400, "kg-before": 405, "kg-streets": 407, "kg-pictures": 410, "kg-lines": 420, "kg-shapes": 440, "kg-street-names": 445, "kg-points": 450, "kg-ring": 460, "kg-names": 620 };
  const MOST_PADDING = 0.6;
  const MOST_SVG_AREAS = 3000;
  const MOST_SVG_SHAPES = 1000;
  const CROWD = 2000;
  const PLAIN = "#c5d0da";
  const OUTSIDE = "#f3f5f7"; // of the filter by value
  const NO_DATA_FILL = "#dfe3e8";

  atlas.views = [];
  // What stands far below the map waits for it (page.css).
  const { dataset } = document.documentElement;
  dataset.read = "false";
  document.addEventListener("DOMContentLoaded", () => (dataset.read = "true"));

  atlas.draw = (map, id) => {
    const data = JSON.parse(document.getElementById(id).textContent);
    const view = new View(map, data);
    atlas.views.push(view);
    return view;
  };

  class View {
    constructor(map, data) {
      Object.assign(this, { map, data, active: data.active, selected: null, hovered: null, whole: false, fitting: false, listeners: [] });
      for (const [name, z] of Object.entries(PANES)) {
        const pane = map.createPane(name);
        pane.style.zIndex = z;
        if (name !== "kg-areas" && name !== "kg-shapes") pane.style.pointerEvents = "none";
      }
      const box = map.getContainer();
      box.setAttribute("role", "region");
      box.setAttribute("aria-label", `Kaart: ${data.title}`);
      this.tip = L.tooltip({ className: "kg-tip", direction: "top", offset: [0, -10], opacity: 1 });
      map.on("movestart", () => (this.whole = this.fitting));
      // On a page the panels take no room of the map: it is where it stays before anything is drawn.
      if (atlas.dock()) this.wholeMap();
      this.addContext();
      this.addAreas();
      this.addOverlays();
      this.narrow = atlas.isNarrow(map);
      this.background = atlas.tileBackground(this);
      atlas.addPlainControls(this);
      atlas.addLayerControl(this);
      atlas.addLegend(this);
      if (map.attributionControl) {
        map.attributionControl.setPrefix(false);
        if (data.attribution) map.attributionControl.addAttribution(make("span", {}, `Bron: ${data.attribution}`).outerHTML);
      }
      atlas.addSwipe(this);
      if (!atlas.dock()) this.wholeMap();
      this.names = atlas.nameLayer(this);
      atlas.addBackground(this);
      this.listenToPointer();
      if (this.background) this.background.show(true);
      // It is called at the start too, when nothing has changed.
      if (window.ResizeObserver) new ResizeObserver(() => {
        const before = map.getSize();
        map.invalidateSize({ pan: false });
        this.layOut();
        if (this.whole && !map.getSize().equals(before) && !document.documentElement.classList.contains("printing")) this.wholeMap();
      }).observe(box);
    }

    on(type, heard) {
      this.listeners.push([type, heard]);
    }

    tell(type, detail) {
      for (const [wanted, heard] of this.listeners) if (wanted === type) heard(detail);
    }

    // Puts the panels where the map has room for them.
    layOut() {
      const narrow = atlas.isNarrow(this.map);
      if (narrow !== this.narrow) this.tell("narrow", (this.narrow = narrow));
      this.tell("panels");
    }

    wholeMap() {
      if (!this.data.bounds) return;
      if (atlas.dock()) return this.fit(() => this.map.fitBounds(this.data.bounds, { padding: [10, 10], animate: false }));
      // The whole view stays clear of the panels: they stand below where the map is narrow, else at the right.
      const below = this.map.getContainer().querySelector(".leaflet-bottom.leaflet-left").offsetHeight + 6;
      const padding = this.narrow ? [12, Math.min(below, this.map.getSize().y * MOST_PADDING)] : [256, 12];
      this.fit(() => this.map.fitBounds(this.data.bounds, { paddingTopLeft: [12, 12], paddingBottomRight: padding, animate: false }));
    }

    // Remembers that the whole map is shown, until the reader moves it.
    fit(move) {
      this.fitting = true;
      move();
      this.fitting = false;
      this.whole = true;
    }

    addContext() {
      const renderers = {};
      for (const pane of ["kg-ground", "kg-lines"]) renderers[pane] = L.canvas({ pane, padding: 0.3 });
      this.context = atlas.contextGroup(this.data.context, renderers).addTo(this.map);
      this.showContext = (shown) => {
        if (shown) this.context.addTo(this.map);
        else this.context.remove();
        this.tell("context", shown);
      };
      // Near by the streets themselves stand there, finer than the main ones of the whole map.
      const main = this.context.getLayers().filter(({ options }) => options.kind === "main_streets");
      this.on("background", (shown) => main.forEach((layer) => layer.setStyle({ stroke: !shown })));
      this.showNames = (shown) => (this.names.style.display = shown ? "" : "none");
    }

    // ---- areas

    layer() {
      return this.data.layers[this.active];
    }

    value(row) {
      const layer = this.layer();
      return layer ? this.data.values[layer.column][row] : null;
    }

    valueText(row) {
      const layer = this.layer();
      return layer ? numberText(this.value(row), layer.unit, layer.limits) : "";
    }

    // Whether an area passes the filter by value; a map without its page has none.
    isWithin() {
      return true;
    }

    // Of the layer's own column, or of another one by the same classes.
    colour(row, column) {
      const layer = this.layer();
      if (!layer) return PLAIN;
      const place = atlas.classOf(this.data.values[column || layer.column][row], layer.limits);
      return place < 0 ? null : layer.classes[place].colour;
    }

    // Whether table and tooltip tell a column besides that of the layer: what belongs to one layer stays with it.
    isTold(column) {
      const layer = this.layer();
      if (!layer) return true;
      const ofLayers = this.data.layers.some((other) => (this.data.compared && other.column === column) || other.beside.includes(column));
      return column !== layer.column && (!ofLayers || layer.beside.includes(column));
    }

    addAreas() {
      this.areaOf = new Map();
      if (this.data.areas.picture) this.addMass();
      else this.addShapes();
      const ring = { pane: "kg-ring", renderer: L.svg({ pane: "kg-ring", padding: 0.5 }), interactive: false };
      this.rings = [
        L.polygon([], { ...ring, color: "#ffffff", weight: 6, fill: false }),
        L.polygon([], { ...ring, color: "#111827", weight: 3, fill: false }),
      ];
      this.rings.forEach((line) => line.addTo(this.map));
    }

    // Very many areas: one picture, asked by the pointer and painted anew for another layer.
    addMass() {
      const { picture, rows, places } = this.data.areas;
      const colour = (place) => (this.isWithin(rows[place]) ? this.colour(rows[place]) || NO_DATA_FILL : OUTSIDE);
      const mass = new atlas.MassPicture(picture, colour, { pane: "kg-areas" }).addTo(this.map);
      const lines = atlas.decodeLine(places);
      const at = new Map(rows.map((row, place) => [row, lines[place]]));
      this.mass = { paint: () => mass.paint(), hit: (latlng) => rowAt(mass.hit(latlng)), at, ready: mass.ready };
      const rowAt = (place) => (place === null ? null : rows[place]);
    }

    areaRenderer(pane) {
      const few = this.data.areas.features.length <= MOST_SVG_AREAS;
      return few ? L.svg({ pane, padding: 0.5 }) : L.canvas({ pane, padding: 0.3 });
    }

    addShapes() {
      const renderer = this.areaRenderer("kg-areas");
      const svg = renderer instanceof L.SVG;
      this.noDataFill = svg ? "url(#kg-hatch)" : NO_DATA_FILL;
      this.areas = L.geoJSON(this.data.areas, {
        pane: "kg-areas",
        style: (feature) => ({ ...this.areaStyle(feature), renderer, smoothFactor: 0.3 }),
        onEachFeature: (feature, layer) => this.areaOf.set(feature.properties.row, layer),
      }).addTo(this.map);
      if (svg && this.areaOf.size) {
        renderer._container.prepend(
          make("defs", {}, make("pattern", { id: "kg-hatch", width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
            make("rect", { width: 7, height: 7, fill: "#f1f3f5" }), make("rect", { width: 2, height: 7, fill: "#a3acb5" }))),
        );
        this.areaOf.forEach((layer, row) => this.makeReachable(layer.getElement(), row));
      }
    }

    areaStyle(feature, column) {
      const colour = this.colour(feature.properties.row, column);
      return { color: "#44505c", weight: 0.8, opacity: 0.9, fillColor: colour || this.noDataFill, fillOpacity: 1 };
    }

    makeReachable(path, row) {
      path.setAttribute("tabindex", "0");
      path.setAttribute("role", "button");
      path.dataset.row = row;
      this.describe(path, row);
      path.addEventListener("focus", () => {
        if (!path.matches(":focus-visible")) return;
        this.uncover(row);
        this.hover(row, true);
      });
      path.addEventListener("blur", () => this.hover(null));
      path.addEventListener("keydown", (event) => {
        if (event.key === "Enter" || event.key === " ") {
          event.preventDefault();
          this.select(row);
        }
        if (event.key === "Escape") this.tip.remove();
      });
    }

    // Brings an area that lies behind a panel, or outside the view, to the middle.
    uncover(row) {
      const at = this.map.latLngToContainerPoint(this.place(row));
      const { left, top } = this.map.getContainer().getBoundingClientRect();
      const panels = [...this.map.getContainer().querySelectorAll(".leaflet-control")].map((panel) => panel.getBoundingClientRect());
      const hidden = panels.some((box) => at.x > box.left - left && at.x < box.right - left && at.y > box.top - top && at.y < box.bottom - top);
      const outside = !L.bounds([0, 0], this.map.getSize()).contains(at);
      if (hidden || outside) this.map.panTo(this.place(row), { animate: false });
    }

    describe(path, row) {
      const layer = this.layer();
      path.setAttribute("aria-label", this.data.names[row] + (layer ? `: ${this.spoken(layer, row)}` : ""));
      path.setAttribute("aria-pressed", String(this.selected === row));
    }

    spoken(layer, row) {
      if (!layer.before) return `${layer.title}, ${this.valueText(row)}`;
      const [before, after] = this.data.compared;
      const was = numberText(this.data.values[layer.before][row], layer.unit, layer.limits);
      return `${layer.label}, ${before} ${was}, ${after} ${this.valueText(row)}`;
    }

    describeAll() {
      this.areaOf.forEach((layer, row) => {
        const path = layer.getElement && layer.getElement();
        if (path) this.describe(path, row);
      });
    }

    // A chosen place that is no area, as an address.
    mark(latlng) {
      if (this.pin) this.pin.remove();
      this.pin = latlng && L.circleMarker(latlng, { pane: "kg-ring", renderer: this.rings[0].options.renderer, interactive: false, radius: 9, color: "#111827", weight: 3, fillColor: "#ffd60a", fillOpacity: 1 }).addTo(this.map);
    }

    setLayer(place) {
      if (!this.data.layers[place] || place === this.active) return;
      this.active = place;
      if (this.mass) this.mass.paint();
      else this.areas.setStyle((feature) => this.areaStyle(feature));
      this.describeAll();
      this.tell("layer", place);
    }

    ring() {
      const layer = this.areaOf.get(this.hovered !== null ? this.hovered : this.selected);
      this.rings.forEach((line) => line.setLatLngs(layer ? layer.getLatLngs() : []));
    }

    hover(row, withTip = false) {
      this.hovered = row;
      this.ring();
      this.tell("hover", row);
      if (row === null) this.tip.remove();
      else if (withTip && this.has(row)) this.showTip(this.areaTip(row), this.place(row));
    }

    has(row) {
      return this.mass ? this.mass.at.has(row) : this.areaOf.has(row);
    }

    place(row) {
      if (this.mass) return L.latLng(this.mass.at.get(row));
      const layer = this.areaOf.get(row);
      const { label } = layer.feature.properties;
      return label ? L.latLng(label[0], label[1]) : layer.getBounds().getCenter();
    }

    select(row, { zoom = false } = {}) {
      this.selected = row;
      this.mark(this.mass && row !== null && this.has(row) ? this.place(row) : null);
      this.ring();
      this.describeAll();
      if (zoom && this.mass && this.has(row)) this.map.setView(this.place(row), Math.max(16, this.map.getZoom()), { animate: false });
      else if (zoom && this.areaOf.has(row)) this.map.fitBounds(this.areaOf.get(row).getBounds(), { padding: [60, 60], maxZoom: 15, animate: false });
      this.tell("select", row);
    }

    // ---- pictures, shapes and points

    addOverlays() {
      const points = this.data.points.map((source) => ({
        label: source.label,
        classes: source.classes,
        unknown: !!source.class && source.class.includes(-1),
        round: true,
        layer: new atlas.PointCanvas(source, { pane: "kg-points", padding: 0.3 }),
        source,
        tip: (row) => atlas.sourceTip(source, row),
        start: source.shown,
      }));
      const shapes = this.data.shapes.map((source) => {
        const tip = (row) => atlas.sourceTip(source, row);
        const found = { label: source.label, classes: source.classes, unknown: !!source.class && source.class.includes(-1), tip, start: source.shown };
        if (source.picture) return { ...found, layer: new atlas.MassPicture(source.picture, atlas.shapeColour(source), { pane: "kg-pictures", opacity: 0.9 }) };
        const many = source.parts.length > MOST_SVG_SHAPES;
        const renderer = many ? L.canvas({ pane: "kg-shapes", padding: 0.3 }) : L.svg({ pane: "kg-shapes", padding: 0.5 });
        const layer = atlas.shapeGroup(source, renderer);
        layer.on("mouseover", (event) => (this.shapeTip = () => tip(event.layer.options.row)));
        layer.on("mouseout", () => (this.shapeTip = null));
        layer.on("click", (event) => this.selectBeneath(event));
        return { ...found, layer };
      });
      const pictures = this.data.pictures.map((source) => ({
        label: source.label,
        classes: source.classes,
        layer: L.imageOverlay(source.url, source.bounds, { pane: "kg-pictures", className: "kg-picture", alt: source.label }),
        start: source.shown,
      }));
      this.overlays = [...pictures, ...shapes, ...points];
      // Under a crowd of points in classes of their own the areas are pale, so that both can be read.
      this.on("overlay", () => {
        const crowded = this.overlays.some(({ shown, source }) => shown && source && source.class && source.steps.length > 2 * CROWD);
        this.map.getPane("kg-areas").style.opacity = crowded ? 0.4 : "";
      });
      this.overlays.forEach((overlay, place) => this.show(place, overlay.start));
    }

    // A shape is told of, and leaves the click to the area below it; very many areas hear the map's own click.
    selectBeneath({ layerPoint, latlng }) {
      if (this.mass || this.pointTip(latlng)) return;
      const found = [...this.areaOf].filter(([, layer]) => layer._containsPoint(layerPoint));
      if (found.length) this.select(found[found.length - 1][0]);
    }

    // The area at a place in view, or null.
    areaAt(latlng) {
      if (this.mass) return this.mass.hit(latlng);
      const at = this.map.latLngToLayerPoint(latlng);
      const [area] = [...this.areaOf].find(([, layer]) => layer._containsPoint(at)) || [null];
      return area;
    }

    show(place, shown) {
      const overlay = this.overlays[place];
      if (!overlay || overlay.shown === shown) return;
      overlay.shown = shown;
      if (shown) overlay.layer.addTo(this.map);
      else overlay.layer.remove();
      this.tell("overlay", { place, shown });
    }

    // What is told of an area: the active layer first, then the columns of the table.
    facts(row) {
      const layer = this.layer();
      const first = layer ? [[layer.title, this.valueText(row)]] : [];
      const others = this.data.table.filter(({ column }) => this.isTold(column));
      return [...first, ...others.map(({ column, label, unit }) => [label, numberText(this.data.values[column][row], unit)])];
    }

    // The figures of an area that stand on another layer of the map only, by group.
    furtherFacts(row) {
      const known = new Set([this.layer() && this.layer().column, ...this.data.table.map(({ column }) => column)]);
      const further = this.data.layers.filter(({ column }) => !known.has(column));
      const groups = [...new Set(further.map(({ group }) => group))];
      const text = ({ column, unit, limits }) => numberText(this.data.values[column][row], unit, limits);
      return groups.map((group) => [group || "Andere cijfers", further.filter((layer) => layer.group === group).map((layer) => [layer.label, text(layer)])]);
    }
  }

  Object.assign(View.prototype, atlas.pointing);
})();
