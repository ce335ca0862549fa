"""The figures as a page. In: what measure.py has found. Out: figures.json, and README.md with a table and a plot."""

import json
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib import pyplot as plt

SORTED = "sorted"
COLOURS = {"exported": "#d1904b", "fp32": "#2f7fb8", "fp16": "#4c9a5b", "torch fp16": "#8a6bb0"}
STYLES = {"padded": ":", "bucketed": "--", "by length": "-"}
# The same figures give the same file: no random ids, no date.
matplotlib.rcParams["svg.hashsalt"] = "triton-bert"


def write_page(folder: Path, figures: dict[str, Any]) -> None:
    (folder / "figures.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    _draw(figures["rows"], folder / "figures.svg")
    about = figures["about"]
    title = f"# {about['model']} on {about['device']}"
    said = ", ".join(f"{name} {value}" for name, value in about.items() if name not in ("model", "device"))
    words = [title, "", f"{said} a text on average.", "", "![figures](figures.svg)", "", *_table(figures["rows"]), ""]
    (folder / "README.md").write_text("\n".join(words), encoding="utf-8")


def _draw(rows: list[dict[str, Any]], file: Path) -> None:
    plot, (rates, waits) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    for graph in dict.fromkeys(row["graph"] for row in rows):
        colour = COLOURS[graph]
        for batches, style in STYLES.items():
            line = [row for row in rows if row["graph"] == graph and row["batches"] == batches]
            places = range(len(line))
            drawn: dict[str, Any] = {"ls": style, "color": colour, "marker": "o"}
            rates.plot(places, [row["rate"] for row in line], label=f"{graph}, {batches}", **drawn)
            waits.plot(places, [row["p50"] for row in line], **drawn)
            for axes in (rates, waits):
                axes.set_xticks(list(places), [str(row["inFlight"]) for row in line])
        most = next(row["rate"] for row in rows if row["graph"] == graph and row["batches"] == SORTED)
        rates.axhline(most, color=colour, lw=0.8, label=f"{graph}, {SORTED}")
    for axes, what in ((rates, "texts per second"), (waits, "p50, milliseconds")):
        axes.set_xlabel("texts in flight")
        axes.set_ylabel(what)
        axes.set_ylim(bottom=0)
    rates.legend(fontsize=6)
    plot.savefig(file, metadata={"Date": None})
    plt.close(plot)


def _table(rows: list[dict[str, Any]]) -> list[str]:
    lines = ["| graph | batches | in flight | texts/s | ÷ its limit | p50 ms |", f"{'| --- ' * 6}|"]
    limits = {row["graph"]: row["rate"] for row in rows if row["batches"] == SORTED}
    for row in rows:
        share = f"{row['rate'] / limits[row['graph']]:.2f}"
        p50 = f"{row['p50']:.2f}" if "p50" in row else ""
        texts = row["inFlight"] or ""
        lines.append(f"| {row['graph']} | {row['batches']} | {texts} | {row['rate']:.0f} | {share} | {p50} |")
    return lines
