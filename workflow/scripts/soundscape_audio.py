"""Synthesise the clips of one shard of the synthetic corpus."""

from music_selectivity import soundscapes
from music_selectivity.jobs import job
from music_selectivity.sources import shard_of

with job(snakemake) as log:
    spec = soundscapes.Spec(seconds=snakemake.params.seconds, **snakemake.params.spec)
    shard, n_shards = int(snakemake.wildcards.shard), snakemake.params.n_shards
    recipes = [
        recipe
        for recipe in soundscapes.plan(spec)
        if shard_of(recipe.ytid, n_shards) == shard
    ]
    soundscapes.write_audio(spec, recipes, snakemake.output[0])
    log.info("%d clips synthesised", len(recipes))
