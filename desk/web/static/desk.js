// Draws the charts of a page. Everything else works without script.
"use strict";

const dark = window.matchMedia("(prefers-color-scheme: dark)");

function config(width) {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const soft = colour("--soft");
  const line = colour("--line");
  return {
    background: "transparent",
    font: getComputedStyle(document.body).fontFamily,
    view: { stroke: null },
    axis: {
      labelColor: soft, titleColor: soft, domainColor: line, tickColor: line, gridColor: line,
      labelFontSize: 12,
    },
    axisX: { grid: false, labelFlush: true },
    legend: {
      labelColor: soft, titleColor: soft, labelFontSize: 12,
      columns: Math.max(2, Math.floor(width / 130)), // wider ones are cut off at the edge
    },
  };
}

function draw(figure) {
  const spec = JSON.parse(figure.dataset.spec);
  spec.config = config(figure.clientWidth);
  if (dark.matches) spec.encoding.color.scale.range = spec.usermeta.dark;
  delete spec.usermeta;
  let place = figure.querySelector(".drawing");
  if (!place) {
    place = document.createElement("div");
    place.className = "drawing";
    figure.append(place);
  }
  return window.vegaEmbed(place, spec, {
    actions: false,
    ast: true, // no eval: the policy of the page forbids it
    defaultStyle: false,
    loader: { target: "_self" },
    renderer: "svg",
    tooltip: { disableDefaultStyle: true },
  }).then(() => {
    figure.querySelector(".loading")?.remove();
  }).catch((error) => {
    const told = figure.querySelector(".loading");
    if (told) told.textContent = "The chart cannot be drawn here. The table below says the same.";
    console.error(error);
  });
}

function drawAll() {
  for (const figure of document.querySelectorAll("figure[data-spec]")) draw(figure);
}

drawAll();
dark.addEventListener("change", drawAll);
