"""A study of two collections, by the real Snakemake."""

import json
from pathlib import Path

import pandas as pd
import pytest
import yaml

from music_selectivity.corpus.soundscapes.corpus import Spec, write_tables
from music_selectivity.vocabulary import (
    EVAL,
    MISSING_FILE,
    MUSIC,
    NONMUSIC,
    TRAIN,
    UNREADABLE,
    USED,
)
from small_studies import checkout_into, natural_sounds, run

# The laptop study in a minute: one seed, two models, no linear features.
SHORT = """
seeds: [1]
device: cpu
corpus: {shards: 1}
models:
  without_music: {clips: without_music, epochs: 1, snapshots: [0, 1]}
  with_music: null
  untrained: {clips: without_music, epochs: 0}
  memorization: null
  without_music_and_speech: null
quilts: {segment_ms: [50, 400]}
equal_rms: {divisors: [1, 64]}
linear_features: {pca: null, gabor: null}
natural_sounds: {fetch: false}
analysis:
  bootstrap_draws: 20
  permutations: 20
  random_ablation: {sets: 50}
  categories: {speech: null, vehicle: null}
"""


def ontology(folder: Path) -> Path:
    """The ontology of the soundscapes, with the classes of the small copies added."""
    write_tables(Spec(train=30, eval=30, seconds=2.0, seed=1), folder)
    path = folder / "ontology.json"
    nodes = json.loads(path.read_text())
    names = {node["name"]: node for node in nodes}
    parents = {
        "Church bell": "Music",
        "Blues": "Music genre",
        "Jazz": "Music genre",
        "Dog": "Animal",
        "Rain": "Water",
        "Human sounds": None,
        "Domestic sounds, home sounds": None,
    }
    for name, parent in parents.items():
        if name not in names:
            nodes.append({"id": f"/y/{len(nodes)}", "name": name, "child_ids": []})
            names[name] = nodes[-1]
            if parent:
                names[parent]["child_ids"].append(nodes[-1]["id"])
    path.write_text(json.dumps(nodes))
    return path


@pytest.mark.full
def test_the_laptop_study_runs_from_two_collections_to_the_report(
    collections, tmp_path
):
    checkout = checkout_into(tmp_path / "checkout")
    natural_sounds(tmp_path / "natural")
    study = yaml.safe_load(SHORT)
    esc50, music = map(str, collections)
    given = {"esc50": esc50, "music": music, "ontology": str(ontology(tmp_path))}
    study["corpus"]["collections"] = given
    study["natural_sounds"]["folder"] = str(tmp_path / "natural")
    (checkout / "own.yaml").write_text(yaml.safe_dump(study))
    run(checkout, "--configfile", "studies/laptop.yaml", "own.yaml")
    results = checkout / "results/laptop"
    clips = pd.read_parquet(results / "clips.parquet")
    assert clips["excluded"].value_counts().to_dict() == {
        USED: 48,
        MISSING_FILE: 1,
        UNREADABLE: 1,
    }
    groups = clips.groupby(["split", "group"]).size().unstack(fill_value=0)
    # The clips of two genres and the church bells are music.
    assert groups.loc[EVAL].to_dict() == {MUSIC: 2 + 2, NONMUSIC: 6}
    assert groups.loc[TRAIN].to_dict() == {MUSIC: 8 + 8, NONMUSIC: 24}
    used = clips[clips["excluded"] == USED]
    assert used["seconds"].unique() == [5.0]
    claims = pd.read_csv(results / "claims.csv")
    assert claims["verdict"].notna().all()
    page = (results / "report.html").read_text()
    for text in [*claims["id"], "laptop"]:
        assert text in page
