// What the pointer meets on the map, and the one tooltip that tells it; mixed into the view of map.js.
(() => {
  "use strict";
  const atlas = window.KortrijkAtlas;
  const { make } = atlas;
  const TOOLTIP_ROWS = 6;
  const TOOLTIP_ROWS_NARROW = 2;
  const TOOLTIP_GAP = 26;

  atlas.pointing = {
    pointTip(latlng) {
      for (const overlay of [...this.overlays].reverse()) {
        if (!overlay.shown || !overlay.layer.hit) continue;
        const row = overlay.layer.hit(latlng);
        if (row !== null) return overlay.tip(row);
      }
      return null;
    },

    listenToPointer() {
      let under = null;
      let pressed = null;
      const overControls = ({ originalEvent }) => !!originalEvent.target.closest(".leaflet-control");
      const say = (latlng) => {
        const node = this.pointTip(latlng) || (this.shapeTip && this.shapeTip()) || (under !== null ? this.areaTip(under) : null);
        if (node) this.showTip(node, latlng);
        else this.tip.remove();
        return node;
      };
      if (this.mass) {
        this.map.on("mousemove click", (event) => {
          const row = overControls(event) ? null : this.mass.hit(event.latlng);
          if (row !== under) this.hover((under = row));
          if (event.type === "click") pressed = row;
        });
      } else {
        this.areas.on("mouseover", (event) => this.hover((under = event.layer.feature.properties.row)));
        this.areas.on("mouseout", () => this.hover((under = null)));
        this.areas.on("click", (event) => (pressed = event.layer.feature.properties.row));
      }
      this.map.on("mousemove", (event) => (overControls(event) ? this.tip.remove() : say(event.latlng)));
      this.map.on("mouseout", () => {
        this.tip.remove();
        if (this.mass) this.hover((under = null));
      });
      this.map.on("click", (event) => {
        const point = this.pointTip(event.latlng);
        if (pressed !== null && !point) this.select(pressed);
        const touched = under;
        under = touched === null ? pressed : touched;
        say(event.latlng);
        under = touched;
        pressed = null;
      });
      this.map.on("movestart zoomstart", () => this.tip.remove());
    },

    showTip(node, latlng) {
      this.tip.setContent(node).setLatLng(latlng);
      if (!this.map.hasLayer(this.tip)) this.tip.addTo(this.map);
      // Above the place where there is room, else on the side with more room, and never beyond the sides of the map.
      const element = this.tip.getElement();
      const at = this.map.latLngToContainerPoint(latlng);
      const size = this.map.getSize();
      const room = Math.max(at.y, size.y - at.y) - TOOLTIP_GAP;
      const told = [...node.querySelectorAll("dt, dd")];
      while (told.length > 2 && element.offsetHeight > room) told.splice(-2).forEach((cell) => cell.remove());
      const { offsetWidth: width, offsetHeight: height } = element;
      const low = at.y - TOOLTIP_GAP < height && size.y - at.y > at.y;
      const left = at.x - width / 2;
      const edge = this.narrow ? 46 : 6; // beside the buttons, where they take much of the width
      const shift = Math.max(edge - left, Math.min(0, size.x - 6 - left - width));
      this.tip.options.direction = low ? "bottom" : "top";
      this.tip.options.offset = L.point(shift, low ? 18 : -10);
      element.classList.toggle("kg-shifted", Math.abs(shift) > 8);
      this.tip.update();
    },

    areaTip(row) {
      return tipNode(this.data.names[row], this.facts(row).slice(0, this.narrow ? TOOLTIP_ROWS_NARROW : TOOLTIP_ROWS), this.layer() && this.colour(row));
    },
  };

  function tipNode(title, facts, colour) {
    const head = make("strong", {}, make("bdi", {}, title));
    if (colour !== undefined && facts.length) head.prepend(atlas.swatch(colour));
    const list = make("dl", {});
    for (const [label, text] of facts) list.append(make("dt", {}, make("bdi", {}, label)), make("dd", {}, atlas.unbroken(text)));
    return make("div", {}, head, list);
  }

  atlas.tipNode = tipNode;

  atlas.fieldText = (field, row) => atlas.numberText(field.texts ? field.texts[field.values[row]] : field.values[row], field.unit);

  // A point or shape by its own name where that is known, else by that of its layer.
  atlas.sourceTip = (source, row) => {
    const facts = source.fields.map((field) => [field.label, atlas.fieldText(field, row)]);
    const field = source.fields[source.name];
    const named = field && (field.texts ? field.texts[field.values[row]] : field.values[row]);
    if (named === undefined || named === null || named === "") return tipNode(source.label, facts);
    return tipNode(String(named), facts.filter((_, place) => place !== source.name));
  };
})();
