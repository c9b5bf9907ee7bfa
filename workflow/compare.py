"""Lay the claims of finished studies side by side: ``python workflow/compare.py``.

It writes ``comparison.html``, ``comparison.csv`` and, if a study measured any of the
claims that the figure shows, ``main_claims`` as SVG, PNG and CSV.
"""

import argparse
import os
import sys
from pathlib import Path

import yaml

from music_selectivity.claims.across_studies import side_by_side
from music_selectivity.errors import InputError
from music_selectivity.figures.style import save
from music_selectivity.report.comparison_figure import draw, main_claims
from music_selectivity.report.comparison_page import comparison_html
from music_selectivity.report.pictures import pictures
from music_selectivity.store import read_table, write_table, write_text


def compare(folders: list[Path], output: Path) -> None:
    """Compare the studies in `folders`, which are results/<study>.

    Raises
    ------
    InputError
        A folder holds no finished study, or two hold studies of the same name.
    """
    configs, claims, reports = {}, {}, {}
    for folder in folders:
        for name in ("config.yaml", "claims.csv"):
            if not (folder / name).is_file():
                raise InputError(
                    f"{folder} has no {name}; give the folder results/<study> of a "
                    "study that has run to its end"
                )
        config = yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8"))
        study = config["study"]
        if study in configs:
            raise InputError(
                f"{folder}: another of these folders holds the study {study}, too; "
                "give each study once, and each a name of its own (config key study)"
            )
        configs[study], claims[study] = config, read_table(folder / "claims.csv")
        reports[study] = os.path.relpath(folder / "report.html", output)
    table = side_by_side(claims)
    write_table(output / "comparison.csv", table)
    main, picture = main_claims(table, configs), None
    if len(main):
        figure = output / "main_claims.svg"
        save(draw(main), main, figure.with_suffix(""))
        picture = pictures([figure])[figure]
    page = comparison_html(table, configs, reports, picture)
    write_text(output / "comparison.html", page)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, metavar="results/STUDY")
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("results/comparison"),
        help="folder of comparison.html and comparison.csv (default: %(default)s)",
    )
    options = parser.parse_args()
    if len(options.folders) < 2:
        parser.error("give the folders of two studies or more")
    try:
        compare(options.folders, options.output)
    except InputError as error:
        sys.exit(f"error: {error}")
    print(options.output / "comparison.html")


if __name__ == "__main__":
    main()
