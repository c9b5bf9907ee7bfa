"""Music-selectivity in networks that never heard music (Kim, Kim & Jeong 2024).

The modules form one direction, from files to figures: ``store`` and ``seeds`` know
nothing of sound; ``ontology``, ``clips``, ``audio`` and ``logmel`` turn sounds into
arrays; ``networks``, ``training`` and ``responses`` turn arrays into unit responses;
``selectivity``, ``ablation``, ``statistics`` and ``claims`` turn responses into
findings; ``figures`` and ``report`` show them. Nothing here knows of Snakemake.
"""
