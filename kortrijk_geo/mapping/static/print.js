// The map on paper: it has a size of its own, and afterwards the screen is as it was.
(() => {
  "use strict";
  const atlas = window.KortrijkAtlas;
  const { make } = atlas;
  const SIZE = { width: 1040, height: 470 };

  atlas.addPrint = (view) => {
    const { map, data } = view;
    const box = map.getContainer().parentElement;
    let before = null;
    window.addEventListener("beforeprint", () => {
      if (before) return;
      before = { centre: map.getCenter(), zoom: map.getZoom(), bounds: map.getBounds() };
      document.documentElement.classList.add("printing");
      box.style.width = SIZE.width + "px";
      box.style.height = SIZE.height + "px";
      // What is drawn meanwhile is drawn for paper, twice as fine.
      const { retina } = L.Browser;
      L.Browser.retina = true;
      map.invalidateSize({ animate: false, pan: false });
      view.layOut();
      if (!data.bounds || !before.bounds.contains(data.bounds)) map.fitBounds(before.bounds, { animate: false });
      else view.wholeMap();
      L.Browser.retina = retina;
      before.canvases = asPictures(map.getContainer());
    });
    window.addEventListener("afterprint", () => {
      if (!before) return;
      before.canvases.forEach(([canvas, picture]) => picture.replaceWith(canvas));
      document.documentElement.classList.remove("printing");
      box.style.width = "";
      box.style.height = "";
      map.invalidateSize({ animate: false, pan: false });
      view.layOut();
      map.setView(before.centre, before.zoom, { animate: false });
      before = null;
    });
    document.getElementById("print").addEventListener("click", () => window.print());
  };

  // A canvas drawn while a page is printed goes to paper stroke by stroke, and where it was cleared some readers of
  // PDF wipe out what lies beneath; its picture does not.
  function asPictures(box) {
    return [...box.querySelectorAll(".leaflet-pane canvas")].map((canvas) => {
      const picture = make("canvas", { class: canvas.className, width: canvas.width, height: canvas.height });
      picture.style.cssText = canvas.style.cssText;
      if (canvas.width && canvas.height) picture.getContext("2d").drawImage(canvas, 0, 0);
      canvas.replaceWith(picture);
      return [canvas, picture];
    });
  }
})();
