"""Every chart of a page as SVG, PNG, PDF or CSV, with its sentence and the date in the file.

The visitor's own browser makes the files, from the chart that it has drawn: the server computes
nothing and needs no browser of its own, and a chart that is new on a page has its button without
more. One component looks for the charts; it is drawn last, once the sentence is known.
"""

import streamlit as st

_TEXT = "the text that the pictures of this run are of"

_downloads = st.components.v2.component(
    "downloads",
    html="<span hidden></span>",
    # plotly.js, which Streamlit brings, draws SVG and PNG; the browser prints an SVG as a PDF that
    # keeps its lines and letters. `_fullData` has numbers where `data` may have packed ones.
    js=r"""
const date = () => new Date().toLocaleString("sv").slice(0, 16);
const origin = (about) => `Quartet, ${about.page}, ${date()}`;
const box = (chart) => chart.closest('[data-testid="stElementContainer"]');
const named = (chart) =>
  ([...box(chart).classList].find((name) => name.startsWith("st-key-")) ?? "st-key-picture")
    .slice(7).replace(/[^\w-]+/g, "-");

function save(href, name) {
  const link = Object.assign(document.createElement("a"), { href, download: name });
  link.click();
}

function lines(text, most) {  // plotly reads some of HTML
  const plain = text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  return plain.match(new RegExp(`.{1,${most}}(\\s|$)|\\S{${most}}`, "g")) ?? [];
}

function image(chart, about, format) {
  const { width, height } = chart.getBoundingClientRect();
  const said = about.text ? lines(`“${about.text}”`, Math.max(20, Math.floor(width / 6.5))) : [];
  const shown = said.length > 4 ? [...said.slice(0, 4), "…"] : said;
  const below = 16 * (shown.length + 1) + 8;
  const full = chart._fullLayout;
  const layout = structuredClone(chart.layout);
  layout.autosize = false;
  layout.width = width;
  layout.height = height + below;
  const { l, r, t, b } = full._size;  // with what labels have taken
  layout.margin = { l, r, t, b: b + below, autoexpand: false };
  layout.annotations = [...(layout.annotations ?? []), {
    text: [...shown, ...lines(origin(about), 200)].join("<br>"),
    xref: "paper", yref: "paper", x: 0, y: 0, xshift: 8 - l, yshift: -b - below + 4,
    xanchor: "left", yanchor: "bottom", align: "left", showarrow: false, font: { size: 12 },
  }];
  if (full.paper_bgcolor === "rgba(0, 0, 0, 0)") {
    layout.paper_bgcolor = getComputedStyle(document.querySelector(".stApp")).backgroundColor;
  }
  return window.Plotly.toImage({ data: chart.data, layout }, { format, width,
    height: height + below, scale: format === "png" ? 3 : 1 });
}

async function print(chart, about) {
  const svg = decodeURIComponent((await image(chart, about, "svg")).split(",").slice(1).join(","));
  const [, width, height] = svg.match(/width="([\d.]+)" height="([\d.]+)"/);
  const frame = Object.assign(document.createElement("iframe"), { title: "picture to be printed" });
  frame.style.cssText = "position:fixed;width:0;height:0;border:0;visibility:hidden";
  document.body.append(frame);
  frame.contentDocument.write(`<!doctype html><title>${named(chart)}</title><style>
@page{size:${width}px ${height}px;margin:0}body{margin:0}svg{display:block}</style>${svg}`);
  frame.contentDocument.close();
  frame.contentWindow.onafterprint = () => frame.remove();
  frame.contentWindow.print();
}

function cell(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = String(value).replace(  // what a table program would compute: see tables/formulas.py
    /^(?:'*[\p{Z}\p{C}\p{M}]*[=+\-@＝＋－＠﹦﹢﹣﹫]|[\t\r\n])/u, "'$&");
  return /[",;\t\n\r#]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

function csv(chart, about) {
  const full = chart._fullLayout;
  const label = (axis, value) => {
    const of = full[axis.length > 1 ? `${axis[0]}axis${axis.slice(1)}` : `${axis}axis`];
    const at = of?.ticktext ? Array.from(of.tickvals ?? []).indexOf(value) : -1;
    return at < 0 ? value : of.ticktext[at];
  };
  const rows = [["series", "x", "y", "value"]];
  for (const trace of chart._fullData) {
    const name = trace.name ?? "", [x, y] = [trace.xaxis ?? "x", trace.yaxis ?? "y"];
    if (trace.type === "indicator") {
      rows.push([name, "", "", trace.value]);
    } else if (trace.z) {
      Array.from(trace.z).forEach((line, row) => Array.from(line).forEach((value, column) =>
        rows.push([name, label(x, trace.x?.[column] ?? column), label(y, trace.y?.[row] ?? row),
          value])));
    } else if (trace.x || trace.y) {
      const length = Math.max(trace.x?.length ?? 0, trace.y?.length ?? 0);
      for (let at = 0; at < length; at += 1) {
        rows.push([name, label(x, trace.x?.[at] ?? at), label(y, trace.y?.[at] ?? at), ""]);
      }
    }
  }
  const text = (about.text ?? "").replace(/\s+/g, " ")  // what a comma cuts off is a cell as well
    .replace(/([,;][\p{Z}\p{C}\p{M}"]*)(?=[=+\-@＝＋－＠﹦﹢﹣﹫])/gu, "$1'");
  const said = text ? [`# sentence: ${text}`] : [];
  const table = rows.map((row) => row.map(cell).join(","));
  return [...said, `# ${origin(about)}`, ...table].join("\n") + "\n";
}

const MAKE = {
  SVG: async (chart, about) => save(await image(chart, about, "svg"), `${named(chart)}.svg`),
  PNG: async (chart, about) => save(await image(chart, about, "png"), `${named(chart)}.png`),
  PDF: print,
  CSV: (chart, about) => {
    const url = URL.createObjectURL(new Blob([csv(chart, about)], { type: "text/csv" }));
    save(url, `${named(chart)}.csv`);
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  },
};

function attach(about) {
  for (const menu of document.querySelectorAll(".q-download")) {
    if (!menu.parentElement.querySelector(".js-plotly-plot")) menu.remove();
  }
  for (const chart of document.querySelectorAll(".js-plotly-plot")) {
    const place = box(chart);
    if (!place || place.querySelector(":scope > .q-download")) continue;
    const menu = document.createElement("details");
    menu.className = "q-download";
    menu.innerHTML = '<summary aria-label="Download this picture" title="Download">⤓</summary>';
    for (const kind of Object.keys(MAKE)) {
      if (kind !== "CSV" && !window.Plotly?.toImage) continue;
      const button = Object.assign(document.createElement("button"), { textContent: kind });
      button.onclick = () => {
        menu.open = false;
        MAKE[kind](place.querySelector(".js-plotly-plot"), about);
      };
      menu.append(button);
    }
    place.append(menu);
  }
}

const about = {};
export default function ({ data }) {
  Object.assign(about, data);
  attach(about);
  const watch = new MutationObserver(() => attach(about));
  watch.observe(document.body, { childList: true, subtree: true });
  return () => watch.disconnect();
}""",
)


def begin() -> None:
    """Before a page draws anything: its pictures are of no text, until one is named."""
    st.session_state.pop(_TEXT, None)


def are_of(text: str) -> None:
    """Have the files of this run's pictures say that they are of `text`."""
    st.session_state[_TEXT] = text


def downloads(page: str) -> None:
    """A small button at each picture of the `page`, with the files behind it."""
    _downloads(data={"page": page, "text": st.session_state.get(_TEXT, "")}, key="downloads")
