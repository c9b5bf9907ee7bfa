# From sound clips to claims; `snakemake --cores all` runs the default study.
import gc
import os
import sys

from snakemake.utils import min_version

min_version("9.0")

# What is read here stays in use. Searching it for garbage would take a third of the time
# of planning, so that Python searches only after this file, and only what came later.
gc.disable()

# Scripts, and jobs that a scheduler starts on other machines, find the library by these.
LIBRARY = os.path.join(workflow.basedir, "workflow")
sys.path.insert(0, LIBRARY)
os.environ.update(
    PYTHONPATH=os.pathsep.join(filter(None, [LIBRARY, os.getenv("PYTHONPATH")]))
)


configfile: os.path.join(workflow.basedir, "config.yaml")


# What the rules share: the study, its paths, and what each rule states about its jobs.
include: "workflow/rules/config.smk"
include: "workflow/rules/paths.smk"
include: "workflow/rules/digests.smk"
include: "workflow/rules/inputs.smk"
include: "workflow/rules/costs.smk"
include: "workflow/rules/scheduler.smk"
# The rules, in the order in which data flows.
include: "workflow/rules/fetch.smk"
include: "workflow/rules/corpus.smk"
include: "workflow/rules/clips.smk"
include: "workflow/rules/stimuli.smk"
include: "workflow/rules/networks.smk"
include: "workflow/rules/linear.smk"
include: "workflow/rules/users_networks.smk"
include: "workflow/rules/analyses.smk"
include: "workflow/rules/claims.smk"
include: "workflow/rules/examples.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/provenance.smk"


report: "workflow/report/workflow.rst"


rule all:
    default_target: True
    input:
        RESULTS_SHOWN,
        paths.usage,
        paths.provenance,


onstart:
    check_results_are_writable()
    lift_default_job_rate_limit()


gc.freeze()
gc.enable()
