"""One corpus in every form: the same clip table and log-mels from the real workflow."""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from music_selectivity.corpus.shards import shard_of
from music_selectivity.corpus.soundscapes.corpus import Spec, plan, write_tables
from music_selectivity.corpus.soundscapes.rendering import write_audio
from music_selectivity.corpus.tables import generated_tables
from small_sounds import put, write_parquet
from small_studies import checkout_into, run


def write_corpora(folder: Path) -> None:
    """The same clips as files in every form and as Parquet, with their tables."""
    spec = Spec(train=7, eval=6, seconds=2.0, seed=4)
    recipes = plan(spec)
    write_tables(spec, folder / "tables")
    write_audio(spec, recipes, folder / "flac")
    for table in (folder / "tables").glob("*.csv"):
        # As Windows writes text.
        table.write_text(table.read_text(), encoding="utf-8-sig", newline="\r\n")
    names = ["{}.flac", "a b/{}_30.wav", "é/Y{}.mp3", "deep/er/{}_0_1.wav.gz"]
    clips = []
    for number, path in enumerate(sorted((folder / "flac").iterdir())):
        ytid, data = path.stem, path.read_bytes()
        name = names[number % len(names)].format(ytid)
        data = gzip.compress(data) if name.endswith(".gz") else data
        data = {0: b"", 5: data[:99]}.get(number, data)
        put(folder / "files" / name, data)
        clips.append((ytid, data))
    write_parquet(folder / "parquet/data/train/00.parquet", clips[:7], group=3)
    write_parquet(folder / "parquet/data/eval/00.parquet", clips[7:] + clips[:1])
    # Of no split.
    put(folder / "files/zzzzzzzzzzz.wav", clips[1][1])
    write_parquet(folder / "parquet/data/unbal/00.parquet", [("zzzzzzzzzzz", b"")])


def read_ids(checkout: Path) -> set[str]:
    """Clips whose sound was read, listed or not."""
    audits = (checkout / "results/audioset/log_mel").glob("*.parquet")
    return set(pd.concat(map(pd.read_parquet, audits))["clip_id"])


def log_mels(checkout: Path) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """Clip table of a run, by clip, and the log-mel of each usable one."""
    results = checkout / "results/audioset"
    table = pd.read_parquet(results / "clips.parquet").set_index("clip_id")
    arrays = [np.load(path) for path in sorted((results / "log_mel").glob("*.npy"))]
    usable = table[table["excluded"] == ""]
    return table, {clip: arrays[c.shard][c.row] for clip, c in usable.iterrows()}


@pytest.mark.full
def test_files_and_parquet_give_the_same_log_mels(tmp_path):
    write_corpora(tmp_path)
    tables = generated_tables(tmp_path / "tables")
    found = []
    for form in ("files", "parquet"):
        checkout = checkout_into(tmp_path / f"run {form}")
        config = {
            "corpus": {
                "shards": 2,
                "max_failed_share": 1,
                "audioset": {
                    "folder": str(tmp_path / form),
                    "parquet": ["**/train/*.parquet", "**/eval/*.parquet"],
                    "exclusions": "none",
                    **tables,
                },
            },
            "audio": {"clip_seconds": 2.0},
            "quilts": {"segment_ms": [50], "sound_seconds": 0.4},
        }
        (checkout / "own.yaml").write_text(yaml.safe_dump(config))
        run(
            checkout,
            "--configfile",
            "studies/audioset.yaml",
            "own.yaml",
            "--until",
            "clips",
        )
        found.append(log_mels(checkout))
        assert read_ids(checkout) == set(found[-1][0].index)
    (table, of_files), (other, of_parquet) = found
    assert sorted(table["excluded"])[-3:] == ["", "empty", "unreadable"]
    assert table.index.str.startswith("-").any()
    assert (table["excluded"] == other["excluded"]).all()
    assert (table["level_dbfs"].dropna() == other["level_dbfs"].dropna()).all()
    assert set(of_files) == set(of_parquet)
    for clip_id, log_mel in of_files.items():
        np.testing.assert_array_equal(log_mel, of_parquet[clip_id])
    # Parquet files go to a shard whole.
    shards = other.groupby("found_in")["shard"].unique()
    for path, held in shards.items():
        name = Path(path).relative_to(tmp_path / "parquet").as_posix()
        assert list(held) == [shard_of(name, 2)]
