# Users' networks: checked before anything else, then played all sounds, and all their
# layers analysed; and their twins.


# Without other inputs and with the highest priority, so that a network that is not as
# described stops a study at its beginning.
rule check_network:
    input:
        network_files,
    output:
        paths.check,
    log:
        "<logs>/check_network/{model}.log",
    benchmark:
        "<benchmarks>/check_network/{model}.tsv"
    wildcard_constraints:
        model=one_of(USERS_NETWORKS),
    priority: 1000
    conda:
        "../../envs/torch.yaml"
    threads: config["training"]["threads"]
    resources:
        mem_mb=memory,
        runtime=minutes,
        gpu=GPU,
    params:
        network=network_place,
        seconds=config["audio"]["clip_seconds"],
        natural_seconds=NATURAL_SECONDS if NATURAL_SOUNDS_FOLDER else None,
        threads=config["training"]["threads"],
        code=code("check_network.py"),
    script:
        "../scripts/check_network.py"


# A twin that cannot be made is known as early. It has a rule of its own, because a check
# that is repeated plays all sounds to the network again.
rule check_twin:
    input:
        network_files,
    output:
        touch(paths.twin_check),
    log:
        "<logs>/check_twin/{model}.log",
    benchmark:
        "<benchmarks>/check_twin/{model}.tsv"
    wildcard_constraints:
        model=one_of(TWINS),
    priority: 1000
    conda:
        "../../envs/torch.yaml"
    threads: config["training"]["threads"]
    resources:
        mem_mb=memory,
        runtime=minutes,
        gpu=GPU,
    params:
        network=network_place,
        twin=kind_of_twin,
        seconds=config["audio"]["clip_seconds"],
        threads=config["training"]["threads"],
        code=code("check_twin.py"),
    script:
        "../scripts/check_twin.py"


# They are no temporary files: once one more network needed them, Snakemake would play
# them to all networks again.
rule waveforms:
    input:
        clips=paths.clips,
        audio=shard_audio,
    output:
        paths.waveforms,
    log:
        "<logs>/waveforms/{shard}.log",
    benchmark:
        "<benchmarks>/waveforms/{shard}.tsv"
    conda:
        "../../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        clip_ids=shard_clip_ids,
        audio=config["audio"],
        code=code("waveforms.py"),
    script:
        "../scripts/waveforms.py"


rule natural_sounds_waveforms:
    input:
        clips=paths.clips,
        files=folder_inputs(NATURAL_SOUNDS_FOLDER, *NATURAL_SOUNDS_FILES),
    output:
        paths.natural_sounds_waveforms,
    log:
        "<logs>/natural_sounds_waveforms.log",
    benchmark:
        "<benchmarks>/natural_sounds_waveforms.tsv"
    conda:
        "../../envs/torch.yaml"
    threads: 1
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        folder=NATURAL_SOUNDS_FOLDER,
        sample_rate=config["audio"]["sample_rate"],
        code=code("natural_sounds_waveforms.py"),
    script:
        "../scripts/natural_sounds_waveforms.py"


rule layer_responses:
    input:
        checks=checks_of,
        network=network_files,
        clips=paths.clips,
        waveforms=expand(paths.waveforms, shard=SHARDS),
        sounds=paths.natural_sounds if PLAYS_NATURAL_SOUNDS else [],
        natural_waveforms=(
            paths.natural_sounds_waveforms if PLAYS_NATURAL_SOUNDS else []
        ),
    output:
        layers=directory(paths.layers),
    log:
        "<logs>/layer_responses/{model}_seed{seed}.log",
    benchmark:
        "<benchmarks>/layer_responses/{model}_seed{seed}.tsv"
    wildcard_constraints:
        model=one_of(USERS_NETWORKS),
    conda:
        "../../envs/torch.yaml"
    threads: config["training"]["threads"]
    resources:
        mem_mb=memory,
        runtime=minutes,
        gpu=GPU,
    params:
        network=network_place,
        twin=kind_of_twin,
        sample_rate=config["audio"]["sample_rate"],
        threads=config["training"]["threads"],
        code=code("layer_responses.py"),
    script:
        "../scripts/layer_responses.py"


# The responses of many twins would fill a disk.
use rule layer_responses as twin_responses with:
    output:
        layers=temp(directory(paths.layers)),
    log:
        "<logs>/twin_responses/{model}_seed{seed}.log",
    benchmark:
        "<benchmarks>/twin_responses/{model}_seed{seed}.tsv"
    wildcard_constraints:
        model=one_of(TWINS),


rule layers:
    input:
        clips=paths.clips,
        layers=paths.layers,
        sounds=paths.natural_sounds if NATURAL_SOUNDS_FOLDER else [],
        voxels=VOXELS,
    output:
        paths.measures_of_layers,
    log:
        "<logs>/layers/{model}_seed{seed}.log",
    benchmark:
        "<benchmarks>/layers/{model}_seed{seed}.tsv"
    wildcard_constraints:
        model=one_of([*USERS_NETWORKS, *TWINS]),
    # Before further twins are played, so that the responses of this one are removed.
    priority: 20
    conda:
        "../../envs/analysis.yaml"
    threads: 1
    resources:
        mem_mb=memory,
        runtime=minutes,
    params:
        ms_fraction=config["analysis"]["ms_fraction"],
        permutations=config["analysis"]["permutations"],
        draws=config["analysis"]["bootstrap_draws"],
        folder=NATURAL_SOUNDS_FOLDER,
        natural_stimuli=NATURAL_STIMULI.name,
        code=code("layers.py"),
    script:
        "../scripts/layers.py"
