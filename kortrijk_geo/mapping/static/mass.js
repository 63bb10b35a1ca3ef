// A mass of polygons as one picture of row numbers (mapping/mass.py): painted here, and asked what lies at a place.
(() => {
  "use strict";
  const atlas = window.KortrijkAtlas;
  const NEAR_PX = 4;

  atlas.MassPicture = L.ImageOverlay.extend({
    initialize(picture, colourOf, options) {
      L.ImageOverlay.prototype.initialize.call(this, picture.url, picture.bounds, options);
      this._colourOf = colourOf;
      this._corners = picture.bounds.map((at) => L.CRS.EPSG3857.project(L.latLng(at)));
    },

    // The picture is decoded when it is first shown.
    _initImage() {
      this._image = atlas.make("canvas", { class: "leaflet-image-layer leaflet-zoom-animated kg-mass", "aria-hidden": "true" });
      const source = new Image();
      source.src = this._url;
      this.ready = source.decode().then(() => {
        const { naturalWidth: width, naturalHeight: height } = source;
        Object.assign(this._image, { width, height });
        const context = this._image.getContext("2d", { willReadFrequently: true });
        context.drawImage(source, 0, 0);
        const { data } = context.getImageData(0, 0, width, height);
        this._rows = new Uint32Array(width * height);
        for (let i = 0; i < this._rows.length; i += 1) this._rows[i] = (data[4 * i] << 16) | (data[4 * i + 1] << 8) | data[4 * i + 2];
        this.paint();
      });
    },

    // Colours every row anew; a row without a colour stays transparent.
    paint(colourOf = this._colourOf) {
      this._colourOf = colourOf;
      if (!this._rows) return;
      const { width, height } = this._image;
      const pixels = new ImageData(width, height);
      const words = new Uint32Array(pixels.data.buffer);
      const known = new Map([[0, 0]]);
      this._rows.forEach((row, i) => {
        if (!known.has(row)) known.set(row, word(colourOf(row - 1)));
        words[i] = known.get(row);
      });
      this._image.getContext("2d").putImageData(pixels, 0, 0);
    },

    // The row at a place on the map, or the nearest within a few pixels of the screen, or null.
    hit(latlng) {
      if (!this._rows) return null;
      const { width, height } = this._image;
      const [low, high] = this._corners;
      const at = L.CRS.EPSG3857.project(latlng);
      const x = Math.floor(((at.x - low.x) / (high.x - low.x)) * width);
      const y = Math.floor(((high.y - at.y) / (high.y - low.y)) * height);
      const perScreen = (2 * Math.PI * L.CRS.EPSG3857.R) / L.CRS.EPSG3857.scale(this._map.getZoom()) / ((high.x - low.x) / width);
      const reach = Math.min(12, Math.round(NEAR_PX * perScreen));
      let best = null;
      let nearest = Infinity;
      for (let dy = -reach; dy <= reach; dy += 1) {
        for (let dx = -reach; dx <= reach; dx += 1) {
          const distance = Math.hypot(dx, dy);
          if (distance > reach || distance >= nearest) continue;
          if (x + dx < 0 || y + dy < 0 || x + dx >= width || y + dy >= height) continue;
          const row = this._rows[(y + dy) * width + x + dx];
          if (row) [best, nearest] = [row - 1, distance];
        }
      }
      return best;
    },
  });

  // "#rrggbb" as the four bytes of a pixel, in the order in which this machine writes them.
  const bytes = new Uint8ClampedArray(4);
  const asWord = new Uint32Array(bytes.buffer);
  function word(colour) {
    if (!colour) return 0;
    for (let i = 0; i < 3; i += 1) bytes[i] = parseInt(colour.slice(1 + 2 * i, 3 + 2 * i), 16);
    bytes[3] = 255;
    return asWord[0];
  }
})();
