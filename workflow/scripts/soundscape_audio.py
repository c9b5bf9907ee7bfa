"""Synthesise the clips of one shard of the synthetic corpus."""

from music_selectivity.corpus.shards import shard_of
from music_selectivity.corpus.soundscapes.corpus import Spec, plan
from music_selectivity.corpus.soundscapes.rendering import write_audio
from music_selectivity.study.jobs import job

with job(snakemake) as log:
    spec = Spec(seconds=snakemake.params.seconds, **snakemake.params.spec)
    shard, n_shards = int(snakemake.wildcards.shard), snakemake.params.n_shards
    recipes = [
        recipe for recipe in plan(spec) if shard_of(recipe.ytid, n_shards) == shard
    ]
    write_audio(spec, recipes, snakemake.output[0])
    log.info("%d clips synthesised", len(recipes))
