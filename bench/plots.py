"""The plots and tables of docs/performance.md and docs/autoscaling.md. In: the JSON files in the folder of each page's
name, as serving.py, memory.py and the scaling tests wrote them. Out: an SVG and a table for each; the tables go between
the marks in the page, so that no figure there is typed by hand."""

import json
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib import pyplot as plt

DOCS = Path(__file__).parents[1] / "docs"
COLOURS = {"ensemble": "#d1904b", "fused": "#2f7fb8", "int8": "#4c9a5b"}
# The same figures give the same file: no random ids, no date.
matplotlib.rcParams["svg.hashsalt"] = "triton-bert"


def main() -> None:
    for name in ("performance", "autoscaling"):
        illustrate(DOCS / f"{name}.md")


def illustrate(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for file in sorted(page.with_suffix("").glob("*.json")):
        figures = json.loads(file.read_text(encoding="utf-8"))
        kinds = {
            "rows": (draw, table),
            "pss": (draw_memory, memory),
            "replicas": (draw_scaling, scaling),
            "watch": (None, watch),
        }
        render, words = next(kind for key, kind in kinds.items() if key in figures)
        mark = f"<!-- bench {file.stem} -->"
        if text.count(mark) != 2:
            raise SystemExit(f"{page}: needs {mark} twice, around what is to be written there")
        before, _, after = text.split(mark)
        image = ""
        if render is not None:
            render(figures, file.with_suffix(".svg"))
            image = f"![{file.stem}]({page.stem}/{file.stem}.svg)\n\n"
        text = f"{before}{mark}\n{image}{words(figures)}\n{mark}{after}"
    page.write_text(text, encoding="utf-8")


def draw(figures: dict[str, Any], file: Path) -> None:
    about, rows = figures["about"], figures["rows"]
    plot, (rates, waits) = plt.subplots(1, 2, figsize=(10, 3.6), layout="constrained")
    for server, colour in COLOURS.items():
        clients = [int(name.split()[1]) for name in rows if name.startswith(f"{server} ")]
        found = [rows[f"{server} {count}"] for count in clients]
        places = list(range(len(clients)))
        share = [row["share"] for row in found]
        spread = [[row["share"] - row["lowest"] for row in found], [row["highest"] - row["share"] for row in found]]
        rates.errorbar(places, share, yerr=spread, marker="o", color=colour, label=server, capsize=3)
        waits.plot(places, [row["p50"] for row in found], marker="o", color=colour, label=f"{server}, p50")
        waits.plot(places, [row["p99"] for row in found], marker="^", ls=":", color=colour, label=f"{server}, p99")
        for axes in (rates, waits):
            axes.set_xticks(places, [str(count) for count in clients])
            axes.set_xlabel("clients")
    for name, style in (("rewritten", "--"), ("window", ":")):
        rates.axhline(rows[name]["share"], color="grey", ls=style, label=f"in-process: {LINES[name]}")
    rates.axhline(1, color="black", lw=0.8, label="in-process: graph as exported, sorted")
    rates.set_ylabel("texts per second ÷ limit")
    rates.set_ylim(bottom=0)
    waits.set_ylabel("milliseconds")
    waits.set_yscale("log")
    rates.legend(fontsize=7)
    waits.legend(fontsize=7)
    plot.suptitle(f"{about['model']}, {about['texts']} lengths, {about['cores']} core(s)")
    plot.savefig(file, metadata={"Date": None})
    plt.close(plot)


LINES = {
    "window": "graph as exported, 16 at a time",
    "rewritten": "graph without padding, sorted",
    "one": "graph as exported, one by one",
}


def draw_memory(figures: dict[str, Any], file: Path) -> None:
    plot, axes = plt.subplots(figsize=(7, 2.6), layout="constrained")
    axes.plot([second / 60 for second in range(len(figures["pss"]))], figures["pss"], color=COLOURS["fused"])
    axes.axhline(figures["inProcess"], color="grey", ls="--", label="in-process")
    axes.set_ylim(bottom=0)
    axes.set_xlabel("minutes of load")
    axes.set_ylabel("PSS, MiB")
    axes.legend(fontsize=7)
    plot.savefig(file, metadata={"Date": None})
    plt.close(plot)


def memory(figures: dict[str, Any]) -> str:
    return (
        f"Ready {figures['ready']} s after the process starts. PSS: {figures['idle']} MiB idle, {figures['last']} MiB "
        f"after {figures['minutes']:.0f} minutes of 16 clients with a long tail of lengths, {figures['inProcess']} MiB "
        f"in-process; slope of the second half {figures['slope']:+.2f} MiB a minute."
    )


def draw_scaling(figures: dict[str, Any], file: Path) -> None:
    plot, (load, pods) = plt.subplots(2, 1, figsize=(9, 4.2), sharex=True, layout="constrained")
    times = figures["t"]
    load.plot(times, figures["clients"], color="grey", drawstyle="steps-post", label="clients")
    # An outage of Prometheus is a gap.
    waiting = [float("nan") if count is None else count for count in figures["pending"]]
    load.plot(times, waiting, color=COLOURS["ensemble"], label="requests that wait in Triton's queues")
    pods.plot(times, figures["replicas"], color="grey", drawstyle="steps-post", label="pods asked for")
    pods.plot(times, figures["ready"], color=COLOURS["fused"], drawstyle="steps-post", label="pods ready")
    pods.set_ylim(bottom=0)
    pods.set_xlabel("seconds")
    for axes in (load, pods):
        axes.legend(fontsize=7)
    plot.suptitle(", ".join(value for value in figures["about"].values() if isinstance(value, str)), fontsize=9)
    plot.savefig(file, metadata={"Date": None})
    plt.close(plot)


def scaling(figures: dict[str, Any]) -> str:
    times, clients, ready = figures["t"], figures["clients"], figures["ready"]
    most, rest = max(ready), min(clients)
    step = next(at for at, count in zip(times, clients, strict=True) if count == max(clients))
    full = next(at for at, count in zip(times, ready, strict=True) if count == most)
    calm = max(at for at, count in zip(times, clients, strict=True) if count > rest)
    back = max(at for at, count in zip(times, ready, strict=True) if count > ready[-1])
    return (
        f"{max(clients)} clients come at {step} s, and {most} pods are ready {full - step} s later. They go at "
        f"{calm} s, and {back - calm} s later {ready[-1]} pod is left. {figures['answered'][-1]} requests were "
        f"answered, {figures['failed'][-1]} failed."
    )


def watch(figures: dict[str, Any]) -> str:
    lines = [
        "| server | texts/s, watched ÷ unwatched (quartiles) | idle, of a core | without the watch |",
        "| --- | --- | --- | --- |",
    ]
    for name, row in figures["watch"].items():
        ratio = f"{row['ratio']:.3f} ({row['lowest']:.3f} to {row['highest']:.3f})"
        lines.append(f"| **{name}** | {ratio} | {row['watched']:.2%} | {row['unwatched']:.2%} |")
    return "\n".join(lines)


def table(figures: dict[str, Any]) -> str:
    lines = [
        "| run | texts/s | ÷ limit (lowest to highest) | p50 ms | ÷ one by one | p99 ms | load's CPU |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, row in figures["rows"].items():
        server, _, clients = name.partition(" ")
        title = LINES.get(name) or f"**{server}**, {clients} client{'s' * (clients != '1')}"
        p50, alone = (f"{row[key]:.{digits}f}" if key in row else "" for key, digits in (("p50", 1), ("alone", 2)))
        p99, cpu = (f"{row['p99']:.0f}", f"{row['cpu']:.0%}") if "p99" in row else ("", "")
        share = f"{row['share']:.2f} ({row['lowest']:.2f} to {row['highest']:.2f})"
        lines.append(f"| {title} | {row['rate']:.0f} | {share} | {p50} | {alone} | {p99} | {cpu} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
