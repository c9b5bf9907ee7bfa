"""A study of which nothing is there: the workflow fetches it, killed on the way."""

import os
import shutil
import signal
import subprocess
import time
import zipfile
from collections import Counter
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pandas as pd
import pytest
import yaml
from test_fetch import Server, serving
from test_sources import write_parquet

from music_selectivity.corpus import soundscapes
from small_studies import (
    checkout_into,
    natural_sounds,
    planned,
    run,
    snakemake_command,
)

SPEC = soundscapes.Spec(train=24, eval=16, seconds=2.0, seed=5)
TABLES = {
    "class_labels_indices.csv": "audioset/class_labels_indices.csv",
    "ontology.json": "audioset/ontology.json",
    "train_segments.csv": "audioset/balanced_train_segments.csv",
    "eval_segments.csv": "audioset/eval_segments.csv",
}
SLOW = "data/bal_train/00.parquet"


class Site:
    """Serves a folder; the first answer for the file SLOW stops half-way."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.sent, self.answers = folder, Counter(), {SLOW: ["stall"]}

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        name = handler.path.removeprefix("/")
        path = self.folder / name
        if not path.is_file():
            handler.send_error(404)
            return
        server = Server(self.answers.pop(name, []), path.read_bytes())
        server.answer(handler)
        self.sent[name] += server.sent


@pytest.fixture
def site(tmp_path):
    """AudioSet, its mirror and the natural sounds as the public has them, made up."""
    folder = tmp_path / "site"
    soundscapes.write_tables(SPEC, folder)
    recipes = soundscapes.plan(SPEC)
    soundscapes.write_audio(SPEC, recipes, tmp_path / "audio")
    for split, place in (("train", "bal_train"), ("eval", "eval")):
        table = (folder / f"{split}_segments.csv").read_text()
        clips = [
            (recipe.ytid, (tmp_path / f"audio/{recipe.ytid}.flac").read_bytes())
            for recipe in recipes
            if f"{recipe.ytid}," in table
        ]
        write_parquet(folder / f"data/{place}/00.parquet", clips)
    hidden = next(recipe.ytid for recipe in recipes if recipe.group == "nonmusic")
    with zipfile.ZipFile(folder / "names.xlsx", "w") as sheet:
        text = f"<sst><si><t>{hidden}_30.000.wav</t></si></sst>"
        sheet.writestr("xl/sharedStrings.xml", text)
    natural_sounds(tmp_path / "repository-1a2b/sounds-165")
    source = tmp_path / "repository-1a2b/sounds-165"
    with zipfile.ZipFile(folder / "natural.zip", "w") as archive:
        for path in source.rglob("*"):
            if path.is_file():
                archive.write(path, f"repository-1a2b/{path.relative_to(source)}")
    return Site(folder)


def configure(checkout: Path, address: str) -> None:
    """Point a small study of the checkout at the site."""
    downloads = {
        fetched: {"address": f"{address}/{name}", "sha256": None}
        for name, fetched in TABLES.items()
    }
    downloads["audioset/exclusions.xlsx"] = {"address": f"{address}/names.xlsx"}
    downloads["natsound165.zip"] = {"address": f"{address}/natural.zip"}
    mirror = {"address": f"{address}/data/{{file}}", "train_files": 1, "eval_files": 1}
    audioset = {"fetch": True, "mirror": mirror}
    study = {
        "study": "fetched",
        "corpus": {"form": "audioset", "shards": 2, "audioset": audioset},
        "downloads": downloads,
        "natsound165": {"fetch": True},
    }
    (checkout / "fetched.yaml").write_text(yaml.safe_dump(study))


ARGUMENTS = ["--configfile", "studies/tiny.yaml", "fetched.yaml", "--until"]


def test_one_command_fetches_all_and_goes_on_after_a_kill(site, tmp_path):
    checkout = checkout_into(tmp_path / "checkout")
    with serving(site) as address:
        configure(checkout, address.removesuffix("/file"))
        arguments = [*ARGUMENTS, "audit", "natural_log_mels"]
        process = subprocess.Popen(
            snakemake_command(*arguments),
            cwd=checkout,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        fetched = checkout / "results/downloads/audioset/parquet/bal_train"
        part = fetched / ".00.parquet.part"
        for _ in range(600):
            if part.exists() and part.stat().st_size:
                break
            time.sleep(0.1)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert part.stat().st_size and not (fetched / "00.parquet").exists()
        shutil.rmtree(checkout / ".snakemake/locks", ignore_errors=True)
        run(checkout, *arguments)
        assert planned(checkout, *arguments) == {}
    whole = site.folder / SLOW
    assert (fetched / "00.parquet").read_bytes() == whole.read_bytes()
    # What had come before the kill was not fetched again.
    assert site.sent[SLOW] == whole.stat().st_size
    clips = pd.read_parquet(checkout / "results/fetched/clips.parquet")
    assert len(clips) == SPEC.train + SPEC.eval
    assert (clips["excluded"] == "").all()
    assert clips["unlabelled_music"].sum() == 1
    assert (clips.loc[clips["unlabelled_music"], "group"] == "mixed").all()
    sounds = pd.read_parquet(checkout / "results/fetched/stimuli/natsound165.parquet")
    assert len(sounds) == 22


def test_offline_is_told_where_the_user_looks(tmp_path):
    checkout = checkout_into(tmp_path / "checkout")
    configure(checkout, "http://127.0.0.1:1")
    table = "results/downloads/audioset/ontology.json"
    arguments = ["--configfile", "studies/tiny.yaml", "fetched.yaml", "--"]
    output = run(checkout, *arguments, table, check=False)
    assert "no connection" in output
    assert "fetch where there is a connection, such as a login node" in output
