"""Say what a study will take, before it starts: ``make plan``.

The jobs are those of a dry run of Snakemake, and no audio is read.
"""

import argparse
import logging
import sys
from pathlib import Path
from types import SimpleNamespace

from snakemake.api import SnakemakeApi
from snakemake.cli import parse_config
from snakemake.exceptions import WorkflowError
from snakemake.logging import logger
from snakemake.settings.types import (
    ConfigSettings,
    DAGSettings,
    OutputSettings,
    ResourceSettings,
)
from snakemake_interface_logger_plugins.common import LogEvent

from music_selectivity.study.plan import Job, plan_text

SNAKEFILE = Path(__file__).parents[1] / "Snakefile"


class JobRecords(logging.Handler):
    """Keeps Snakemake's records of the jobs that a dry run would do."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        # The rule all has no job of its own.
        is_job = getattr(record, "event", None) == LogEvent.JOB_INFO
        if is_job and record.rule_name != "all":
            self.records.append(record)


def planned(api: SnakemakeApi, settings: ConfigSettings) -> tuple[list[Job], dict]:
    """All jobs of a study, and the names that its Snakefile defines."""
    # The dry run itself is not shown, except for warnings and errors.
    for handler in logger.handlers:
        handler.setLevel(logging.WARNING)
    jobs = JobRecords()
    logger.addHandler(jobs)
    workflow = api.workflow(
        # With fewer cores, Snakemake would lower the threads of jobs.
        resource_settings=ResourceSettings(cores=sys.maxsize),
        config_settings=settings,
        snakefile=SNAKEFILE,
    )
    dag = workflow.dag(DAGSettings(forceall=True))
    dag.execute_workflow(executor="dryrun")
    # The only private name: there is no public access to what a Snakefile defines, such
    # as scale_of, by which rules request resources.
    names = workflow._workflow.globals
    return [
        Job(
            rule=record.rule_name,
            scale=names["scale_of"](SimpleNamespace(**record.wildcards)),
            threads=record.threads,
            gpus=record.resources.get("gpu", 0),
            inputs=tuple(record.input),
            outputs=tuple(record.output),
        )
        for record in jobs.records
    ], names


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    several = {"nargs": "+", "action": "extend", "default": []}
    parser.add_argument("--configfile", **several, type=Path)
    parser.add_argument("--config", **several, metavar="KEY=VALUE")
    parser.add_argument("--cores", nargs="+", type=int, default=[2, 16, 128])
    options = parser.parse_args()
    try:
        # As on Snakemake's own command line.
        config = parse_config(options.config)
        settings = ConfigSettings(config=config, configfiles=options.configfile)
    except (OSError, ValueError, WorkflowError) as error:
        parser.error(str(error))
    if min(options.cores) < 1:
        parser.error(f"--cores {min(options.cores)}: at least one core is needed")
    with SnakemakeApi(OutputSettings(dryrun=True)) as api:
        try:
            jobs, names = planned(api, settings)
        except Exception as error:
            api.print_exception(error)
            return 1
    study = names["config"]["study"]
    print(plan_text(study, jobs, names["CLIPS_ARE_ASSUMED"], options.cores))
    return 0


if __name__ == "__main__":
    sys.exit(main())
