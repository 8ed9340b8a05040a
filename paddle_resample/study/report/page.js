"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const find = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];

  // Tables: a click on a heading sorts, the second one the other way round.
  const compare = (a, b) => {
    if (a === b) return 0;
    if (a === "") return 1;
    if (b === "") return -1;
    const [x, y] = [Number(a), Number(b)];
    return Number.isNaN(x) || Number.isNaN(y) ? a.localeCompare(b) : x - y;
  };
  for (const table of all("table.sortable")) {
    const headings = all("thead th", table);
    headings.forEach((heading, column) => {
      find("button", heading).addEventListener("click", () => {
        const down = heading.getAttribute("aria-sort") === "ascending";
        headings.forEach((other) => other.removeAttribute("aria-sort"));
        heading.setAttribute("aria-sort", down ? "descending" : "ascending");
        const value = (row) => row.children[column].dataset.value;
        const rows = all("tbody tr", table).sort((a, b) => {
          if (value(a) === "" || value(b) === "") return compare(value(a), value(b));
          return (down ? -1 : 1) * compare(value(a), value(b));
        });
        find("tbody", table).append(...rows);
      });
    });
  }

  // Charts.
  const family = getComputedStyle(document.body).fontFamily;
  const options = { responsive: true, displayModeBar: false };
  const narrow = window.matchMedia("(max-width: 640px)").matches;
  const drawCharts = () => {
    for (const chart of all("[data-chart]")) {
      const choices = data.figures[chart.dataset.chart];
      const plot = find(".plot", chart);
      const select = find("select", chart);
      const draw = () => {
        const figure = choices[select ? select.value : Object.keys(choices)[0]];
        const font = { ...figure.layout.font, family, size: narrow ? 12 : 14 };
        const dragmode = narrow ? false : "zoom";
        const layout = { ...figure.layout, font, dragmode };
        Plotly.react(plot, figure.data, layout, options);
      };
      if (select) select.addEventListener("change", draw);
      draw();
    }
  };
  // Plotly is packed (gzip), as most of the page would be its text.
  const unpackPlotly = async () => {
    const packed = atob(find("#plotly").textContent);
    const bytes = Uint8Array.from(packed, (letter) => letter.charCodeAt(0));
    const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const script = document.createElement("script");
    script.textContent = await new Response(unpacked).text();
    document.head.append(script);
  };
  unpackPlotly().then(() => {
    drawCharts();
    document.documentElement.dataset.drawn = "yes";
    // The charts have moved what a link points at.
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (target) target.scrollIntoView();
  });

  // Pictures.
  if (data.pictures.length) {
    let picture = data.pictures[0];
    let kind = "labels";
    const panels = all(".panels .view");
    const slider = find("#slider");
    const sides = all(".view", slider);
    const selects = [find("#slider-left"), find("#slider-right")];
    const views = [...panels, ...sides];
    const readout = find("#readout");
    const pixels = new Map(); // source of a label map -> its colours

    const source = (image, uri) => {
      if (uri) image.src = uri;
      else image.removeAttribute("src");
    };
    const show = (view) => {
      const who = view.dataset.who;
      const name = who.startsWith("method:") ? who.slice(7) : null;
      const seen = name === null ? null : picture.methods[name];
      const [base, top] = all("img", view);
      view.className = `view ${kind}`;
      view.classList.toggle("photo-shown", who === "photo");
      view.classList.toggle("truth-shown", who === "truth" && kind !== "overlay");
      view.style.visibility = name !== null && !seen ? "hidden" : "";
      const labels = who === "truth" ? picture.truth : seen && seen.labels;
      view.labels = labels;
      source(base, who === "truth" && kind !== "overlay" ? picture.truth : picture.photo);
      if (who === "photo" || (who === "truth" && kind !== "overlay")) source(top, null);
      else source(top, kind === "errors" ? seen && seen.errors : labels);
      const score = find(".score", view.parentElement);
      if (score && seen && seen.miou !== null) {
        score.textContent = data.words.right_share
          .replace("{miou}", seen.miou.toFixed(1))
          .replace("{accuracy}", seen.accuracy.toFixed(1));
      }
    };
    const showAll = () => {
      sides.forEach((view, i) => (view.dataset.who = selects[i].value));
      slider.style.setProperty("--aspect", picture.width / picture.height);
      views.forEach(show);
    };
    all(".thumbs button").forEach((button, number, buttons) => {
      button.setAttribute("aria-pressed", number === 0);
      button.addEventListener("click", () => {
        picture = data.pictures[number];
        buttons.forEach((other) => other.setAttribute("aria-pressed", other === button));
        showAll();
      });
    });
    for (const input of all("#view input")) {
      input.addEventListener("change", () => {
        kind = input.value;
        showAll();
      });
    }
    selects.forEach((select) => select.addEventListener("change", showAll));
    showAll();

    // One zoom for all: what happens to one stage is done to the others; the slider,
    // larger than a panel, moves by as much more.
    const settings = { maxScale: 24, minScale: 1, contain: "outside", panOnlyWhenZoomed: true, step: 0.35, animate: false, touchAction: "pan-y" };
    const stages = panels.map((view) => find(".stage", view));
    const zooms = stages.map((stage) => Panzoom(stage, settings));
    let following = false;
    const follow = (leader) => {
      if (following) return;
      following = true;
      const scale = zooms[leader].getScale();
      const { x, y } = zooms[leader].getPan();
      zooms.forEach((zoom, i) => {
        zoom.setOptions({ touchAction: scale > 1 ? "none" : "pan-y" });
        if (i === leader) return;
        zoom.zoom(scale, { force: true, silent: true });
        zoom.pan(x, y, { force: true, silent: true });
      });
      const larger = slider.clientWidth / panels[0].clientWidth;
      for (const view of sides) {
        const stage = find(".stage", view);
        stage.style.transform = `scale(${scale}) translate(${x * larger}px, ${y * larger}px)`;
      }
      following = false;
    };
    stages.forEach((stage, i) => {
      stage.addEventListener("panzoomchange", () => follow(i));
      panels[i].addEventListener("wheel", (event) => zooms[i].zoomWithWheel(event), { passive: false });
    });
    const step = (action) => () => {
      zooms[0][action]({ animate: false });
      follow(0);
    };
    find("#zoom-in").addEventListener("click", step("zoomIn"));
    find("#zoom-out").addEventListener("click", step("zoomOut"));
    find("#zoom-reset").addEventListener("click", step("reset"));
    window.addEventListener("resize", step("reset"));

    // The class under the pointer, by name: colours need not be told apart.
    const names = new Map();
    data.classes.forEach((name, i) => {
      const key = data.palette[i].join();
      if (!names.has(key)) names.set(key, name);
    });
    const colourAt = (view, event) => {
      if (!pixels.has(view.labels)) {
        pixels.set(view.labels, null);
        const image = new Image();
        image.addEventListener("load", () => {
          const canvas = document.createElement("canvas");
          [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
          const context = canvas.getContext("2d");
          context.drawImage(image, 0, 0);
          pixels.set(view.labels, context.getImageData(0, 0, canvas.width, canvas.height));
        });
        image.src = view.labels;
      }
      const map = pixels.get(view.labels);
      if (!map) return null;
      const box = find(".stage", view).getBoundingClientRect();
      const x = Math.floor(((event.clientX - box.left) / box.width) * map.width);
      const y = Math.floor(((event.clientY - box.top) / box.height) * map.height);
      if (x < 0 || y < 0 || x >= map.width || y >= map.height) return null;
      return [...map.data.slice(4 * (y * map.width + x), 4 * (y * map.width + x) + 3)].join();
    };
    for (const view of panels) {
      view.addEventListener("pointermove", (event) => {
        const colour = view.labels && colourAt(view, event);
        readout.textContent = colour ? names.get(colour) || data.words.void : "";
      });
      view.addEventListener("pointerleave", () => (readout.textContent = ""));
    }
  }

  // Feature maps of one site.
  const site = find("#site");
  if (site) {
    const size = (shape) => `${shape[1]} × ${shape[2]} × ${shape[0]}`;
    const element = (tag, text = "", parts = []) => {
      const made = document.createElement(tag);
      made.textContent = text;
      made.append(...parts);
      return made;
    };
    const draw = () => {
      const { methods } = data.sites[site.value];
      const cards = data.order.filter((name) => methods[name]).map((name) => {
        const maps = methods[name];
        const mark = element("span", data.methods[name].character);
        mark.className = "mark";
        mark.style.color = data.methods[name].colour;
        const two = ["before", "after"].map((part, i) => {
          const image = element("img");
          image.src = maps[part];
          image.alt = `${name}, ${data.words[part]}`;
          const caption = element("small", `${data.words[part]}, ${size(maps.shapes[i])}`);
          return element("figure", "", [image, caption]);
        });
        const row = element("div", "", two);
        row.className = "two";
        const notes = maps.shared ? [] : [element("small", data.words.own_projection)];
        const title = element("span", "", [mark, element("span", name)]);
        title.className = "method";
        return element("figure", "", [element("figcaption", "", [title]), row, ...notes]);
      });
      find("#maps").replaceChildren(...cards);
    };
    site.addEventListener("change", draw);
    draw();
  }
})();
