#!/usr/bin/env python3
"""Draws and tabulates the measurements of `make bench`, from and to Benchmarks/Results.

Needs matplotlib (python3 -m pip install matplotlib). Times are CPU times of one thread unless a
title says otherwise.
"""
import json
import math
import pathlib
import sys

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402  (the backend has to be chosen first)
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "Benchmarks" / "Results"
COLOURS = {0: "#2a6f97", 0.1: "#e07a1f", 0.3: "#a4262c"}


def sessions(results, **wanted):
    return [s for s in results["sessions"] if all(s[k] == v for k, v in wanted.items())]


def save(figure, name, bottom=0.0):
    """Writes a figure whose lowest part, a share of `bottom`, is kept free for its legend."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    figure.tight_layout(rect=(0, bottom, 1, 1))
    # Without a date, the same figures give the same file.
    figure.savefig(OUTPUT / name, metadata={"Date": None})
    plt.close(figure)
    print("wrote", (OUTPUT / name).relative_to(ROOT))


def by_clients(results, role, title, name):
    """CPU of a role against the number of clients, a panel for each graph and vector length."""
    dimensions = sorted({s["dimension"] for s in results["sessions"]})
    figure, panels = plt.subplots(1, len(dimensions), figsize=(5 * len(dimensions), 4), squeeze=False)
    for panel, dimension in zip(panels[0], dimensions):
        for graph, style in (("complete", "-"), ("sparse", "--")):
            for dropout, colour in COLOURS.items():
                rows = sorted(
                    sessions(results, dimension=dimension, graph=graph, dropout=dropout, threads=1),
                    key=lambda s: s["clients"])
                if rows:
                    panel.plot(
                        [s["clients"] for s in rows], [s[role] / 1e3 for s in rows], style,
                        marker="o", color=colour, label=f"{graph}, {dropout:.0%} leave")
        panel.set_xscale("log")
        panel.set_yscale("log")
        ticks = sorted({s["clients"] for s in results["sessions"]})
        panel.set_xticks(ticks, [str(t) for t in ticks])
        panel.xaxis.set_minor_locator(NullLocator())
        # Whole decades, each with labels at 1, 2 and 5, so that a time can be read off.
        low, high = panel.dataLim.intervaly
        panel.set_ylim(10 ** math.floor(math.log10(low)), 10 ** math.ceil(math.log10(high)))
        panel.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        panel.yaxis.set_minor_locator(NullLocator())
        panel.set_title(f"{dimension:,} elements")
        panel.set_xlabel("clients")
        panel.set_ylabel("CPU seconds")
        panel.grid(True, which="major", alpha=0.3)
    handles, labels = panels[0][0].get_legend_handles_labels()
    # Filled by columns: a column for each dropout.
    columns = len(labels) // 2
    order = [index for column in range(columns) for index in (column, column + columns)]
    handles, labels = [handles[i] for i in order], [labels[i] for i in order]
    figure.legend(handles, labels, ncol=columns, fontsize=8, loc="lower center")
    figure.suptitle(title)
    save(figure, name, bottom=0.12)


def rates(results):
    """Key stream added to a vector in the second-level cache."""
    rows = [f for f in results["figures"] if f["suite"] == "Masks" and f["name"].endswith(", rate")]
    rows.sort(key=lambda f: f["median"])
    figure, panel = plt.subplots(figsize=(7, 0.45 * len(rows) + 1.2))
    names = [f["name"].removesuffix(", rate") for f in rows]
    bars = panel.barh(names, [f["median"] for f in rows], color="#2a6f97")
    panel.bar_label(bars, [f"{f['median']:.1f}" for f in rows], padding=3)
    panel.set_xlim(0, 1.12 * rows[-1]["median"])
    panel.set_xlabel("GB/s of key stream added to a vector, one core")
    save(figure, "mask-rates.svg")


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def number(value):
    return f"{value:.3g}" if value < 100 else f"{value:,.0f}"


def tables(results):
    """All figures as Markdown."""
    text = [
        "# Figures\n",
        "Written by `Scripts/plot-benchmarks.py` from what `make bench` measured on "
        f"{results['machine']}, {results['processors']} virtual processors. Medians; the spread in "
        "brackets. [Performance.md](../../Docs/Performance.md) explains them.\n"]
    for suite in dict.fromkeys(f["suite"] for f in results["figures"]):
        rows = []
        for f in (f for f in results["figures"] if f["suite"] == suite):
            target = f.get("target")
            sign = "at least" if f["isAtLeast"] else "at most"
            rows.append([
                f["name"], f"{number(f['median'])} {f['unit']}",
                f"{number(f['minimum'])} to {number(f['maximum'])}",
                f"{sign} {number(target)}" if target is not None else ""])
        text += [f"## {suite}\n", table(["what", "median", "range", "to reach"], rows)]
    rows = []
    for s in results["sessions"]:
        bits = s["laneBits"] - (s["clients"] - 1).bit_length()
        m, n = s["dimension"], s["clients"]
        published = ((s["laneBits"]) * m + 256 * (7 * n - 4)) / (bits * m)
        rows.append([
            f"{n:,}", f"{m:,}", f"{s['graph']}, k = {s['degree']}, t = {s['threshold']}",
            f"{s['dropout']:.0%}", str(s["threads"]),
            f"{number(s['clientCpuMilliseconds'])} / {number(s['clientWallMilliseconds'])}",
            f"{number(s['serverCpuMilliseconds'])} / {number(s['serverWallMilliseconds'])}",
            f"{s['clientPeakBytes'] / 1e6:.0f}", f"{s['serverPeakBytes'] / 1e6:.0f}",
            f"{s['bytesUpPerClient']:,}", f"{8 * s['bytesUpPerClient'] / (bits * m):.3f}",
            f"{published:.3f}"])
    if rows:
        text += [
            "## Sessions\n",
            "AES-256-CTR, semi-honest. CPU / wall time in ms of one client and of the server, all "
            "rounds; peak memory in MB of their processes, of which 25 are the program. Expansion: "
            "bits sent by a client over those of its plain vector, beside the formula of Bonawitz et "
            "al. 2017, section 7, for the same number of bits.\n",
            table(
                ["n", "m", "graph", "leave", "threads", "client", "server", "client MB",
                 "server MB", "bytes up", "expansion", "2017"], rows)]
    (OUTPUT / "figures.md").write_text("\n".join(text))
    print("wrote", (OUTPUT / "figures.md").relative_to(ROOT))


def main():
    path = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else OUTPUT / "results.json"
    results = json.loads(path.read_text())
    rates(results)
    if results["sessions"]:
        by_clients(
            results, "serverCpuMilliseconds", "The server, all rounds of one session",
            "server-by-clients.svg")
        by_clients(
            results, "clientCpuMilliseconds", "One client, all rounds of one session",
            "client-by-clients.svg")
    tables(results)


if __name__ == "__main__":
    main()
