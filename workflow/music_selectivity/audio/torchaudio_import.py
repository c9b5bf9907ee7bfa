"""Importing torchaudio whatever the build of torch.

PyPI's torchaudio is linked against CUDA. With a CPU-only torch its compiled extension
cannot be loaded, and ``import torchaudio`` fails. The transforms used here are pure
torch and do not need the extension, so it is skipped, which one log line reports.
"""

import logging
import sys
import types

log = logging.getLogger(__name__)


def import_transforms() -> types.ModuleType:
    """Module ``torchaudio.transforms``; an extension that cannot load is skipped."""
    try:
        import torchaudio.transforms
    except OSError as error:
        reason = str(error).splitlines()[0]
        _skip_extension()
        import torchaudio.transforms

        log.info("torchaudio's compiled extension is skipped (%s)", reason)
    return torchaudio.transforms


def _skip_extension() -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "torchaudio"]:
        del sys.modules[name]
    stub = types.ModuleType("torchaudio._extension")
    stub._IS_TORCHAUDIO_EXT_AVAILABLE = False
    # torchaudio decorates its forced aligner, which is not used here, with this.
    stub.fail_if_no_align = lambda function: function
    sys.modules["torchaudio._extension"] = stub
