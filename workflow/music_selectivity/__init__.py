"""Music-selectivity in networks that never heard music (Kim, Kim & Jeong 2024).

Packages and modules in the order in which data flows; each imports only from those
before it:

- ``errors``, ``seeds``, ``store``, ``vocabulary``, ``paper``, ``measures``: leaves that
  every package may use;
- ``study``: the config, resources, provenance and code digests of a study;
- ``audio``: reading a sound, and its log-mel spectrogram;
- ``corpus``: the clips, from files and tables to the clip table and log-mel shards;
- ``stimuli``: sounds made from the clips, and the 165 natural sounds;
- ``networks``: architectures, training, unit responses; linear features;
- ``stats``: rank tests, bootstrap, mixed-effects models;
- ``analyses``: what is measured in each network;
- ``claims``, ``figures``, ``report``: what follows, drawn and written up.

Nothing here knows of Snakemake.
"""
