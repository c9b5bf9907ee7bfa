"""A study without any data: the workflow downloads it, and survives a kill."""

import os
import shutil
import signal
import subprocess
import threading
import zipfile
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from file_server import Hub, Server, serving
from music_selectivity.corpus.fetch import HUB_RANGE
from music_selectivity.corpus.soundscapes.corpus import Spec, plan, write_tables
from music_selectivity.corpus.soundscapes.rendering import write_audio
from music_selectivity.vocabulary import MIXED, NONMUSIC
from small_studies import (
    checkout_into,
    natural_sounds,
    planned,
    run,
    snakemake_command,
)
from waiting import wait_until

pytestmark = pytest.mark.full

SPEC = Spec(train=24, eval=16, seconds=2.0, seed=5)
TABLES = {
    "class_labels_indices.csv": "audioset/class_labels_indices.csv",
    "ontology.json": "audioset/ontology.json",
    "train_segments.csv": "audioset/balanced_train_segments.csv",
    "eval_segments.csv": "audioset/eval_segments.csv",
}
SLOW, FAST = "data/bal_train/00.parquet", "data/eval/00.parquet"


class Site(Hub):
    """Serves a folder, and two files as Hugging Face does.

    Of the file SLOW the second range is sent only once `go_on` is set.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.go_on = folder, threading.Event()
        files = {
            name: Server(body=(folder / name).read_bytes()) for name in (SLOW, FAST)
        }
        files[SLOW].answers = ["whole", lambda server: self.go_on.wait() and None]
        super().__init__(files)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        path = self.folder / handler.path.removeprefix("/plain/")
        if not handler.path.startswith("/plain/"):
            super().answer(handler)
        elif path.is_file():
            Server(body=path.read_bytes()).answer(handler)
        else:
            handler.send_error(404)


@pytest.fixture
def site(tmp_path):
    """Made-up AudioSet, its mirror and the natural sounds, as they are published."""
    folder = tmp_path / "site"
    write_tables(SPEC, folder)
    recipes = plan(SPEC)
    write_audio(SPEC, recipes, tmp_path / "audio")
    for split, name in (("train", SLOW), ("eval", FAST)):
        table = (folder / f"{split}_segments.csv").read_text()
        ids = [recipe.ytid for recipe in recipes if f"{recipe.ytid}," in table]
        sounds = [(tmp_path / f"audio/{ytid}.flac").read_bytes() for ytid in ids]
        columns = {
            "video_id": ids,
            "audio": [{"bytes": sound, "path": "x.flac"} for sound in sounds],
        }
        if name == SLOW:  # Longer than one range.
            rng = np.random.default_rng(0)
            columns["more"] = [rng.bytes(HUB_RANGE // len(ids) + 1) for _ in ids]
        (folder / name).parent.mkdir(parents=True)
        pq.write_table(pa.table(columns), folder / name)
    hidden = next(recipe.ytid for recipe in recipes if recipe.group == NONMUSIC)
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
    plain = f"{address}/plain"
    downloads = {
        fetched: {"address": f"{plain}/{name}", "sha256": None}
        for name, fetched in TABLES.items()
    }
    downloads["audioset/exclusions.xlsx"] = {"address": f"{plain}/names.xlsx"}
    downloads["natural_sounds.zip"] = {"address": f"{plain}/natural.zip"}
    mirror = {"address": f"{Hub.DATASET}/data/{{file}}", "train_files": 1}
    audioset = {"fetch": True, "mirror": mirror | {"eval_files": 1}}
    study = {
        "study": "fetched",
        "corpus": {"type": "audioset", "shards": 2, "audioset": audioset},
        "downloads": downloads,
        "natural_sounds": {"fetch": True},
    }
    (checkout / "fetched.yaml").write_text(yaml.safe_dump(study))


ARGUMENTS = ["--configfile", "studies/tiny.yaml", "fetched.yaml", "--until"]


def test_one_command_fetches_all_and_goes_on_after_a_kill(site, tmp_path, monkeypatch):
    checkout = checkout_into(tmp_path / "checkout")
    with serving(site) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        # The kill decides when the slow download ends, however slow the machine is.
        monkeypatch.setenv("HF_HUB_DOWNLOAD_TIMEOUT", "600")
        configure(checkout, address)
        arguments = [*ARGUMENTS, "audit", "natural_sounds_log_mel"]
        process = subprocess.Popen(
            snakemake_command(*arguments),
            cwd=checkout,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        fetched = checkout / "results/downloads/audioset/parquet/bal_train"
        part = fetched / ".00.parquet.part"
        slow = site.files[SLOW]
        wait_until(
            lambda: len(slow.requests) == 2, "the second range is requested", process
        )
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert part.stat().st_size and not (fetched / "00.parquet").exists()
        site.go_on.set()
        shutil.rmtree(checkout / ".snakemake/locks", ignore_errors=True)
        run(checkout, *arguments)
        assert planned(checkout, *arguments) == {}
    assert (fetched / "00.parquet").read_bytes() == slow.body
    assert not part.exists()
    # What had come before the kill was not fetched again.
    starts = [headers["range"].partition("-")[0] for _, headers in slow.requests]
    assert starts == ["bytes=0", f"bytes={HUB_RANGE}", f"bytes={HUB_RANGE}"]
    clips = pd.read_parquet(checkout / "results/fetched/clips.parquet")
    assert len(clips) == SPEC.train + SPEC.eval
    assert (clips["excluded"] == "").all()
    assert clips["unlabelled_music"].sum() == 1
    assert (clips.loc[clips["unlabelled_music"], "group"] == MIXED).all()
    sounds = pd.read_parquet(
        checkout / "results/fetched/stimuli/natural_sounds.parquet"
    )
    assert len(sounds) == 22


def test_offline_is_reported_where_the_user_looks(tmp_path):
    checkout = checkout_into(tmp_path / "checkout")
    configure(checkout, "http://127.0.0.1:1")
    table = "results/downloads/audioset/ontology.json"
    arguments = ["--configfile", "studies/tiny.yaml", "fetched.yaml", "--"]
    output = run(checkout, *arguments, table, check=False)
    assert "the connection failed" in output
    assert "fetch where there is a connection, such as a login node" in output
