"""Write the clips of one shard of two public collections."""

from music_selectivity.corpus.shards import shard_of
from music_selectivity.corpus.sound_collections.levelling import write_audio
from music_selectivity.store import read_table
from music_selectivity.study.jobs import job

with job(snakemake) as log:
    recipes = read_table(snakemake.input.recipes)
    shard, n_shards = int(snakemake.wildcards.shard), snakemake.params.n_shards
    shards = recipes["clip_id"].map(lambda clip_id: shard_of(clip_id, n_shards))
    write_audio(recipes[shards == shard], snakemake.output[0])
    log.info("%d clips", (shards == shard).sum())
