"""torchaudio's transforms load with any build of torch."""

import subprocess
import sys

PROBE = """
import logging, sys
logging.basicConfig(level=logging.INFO, format="LOG %(message)s", stream=sys.stdout)
from music_selectivity.audio.torchaudio_import import import_transforms
{before}
transforms = import_transforms()
again = import_transforms()
import torch
mel = transforms.MelSpectrogram(sample_rate=8000, n_fft=64)
print(again is transforms, tuple(mel(torch.zeros(640)).shape))
"""

# Simulates an extension that is linked against missing libraries.
BROKEN = """
import importlib.abc
class Broken(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == "torchaudio._extension":
            raise OSError("libc10_cuda.so: cannot open shared object file")
sys.meta_path.insert(0, Broken())
"""

# Simulates a matching build, whose extension can be loaded.
WHOLE = """
import importlib.abc, importlib.util
class Whole(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        if name == "torchaudio._extension":
            return importlib.util.spec_from_loader(name, self)
    def exec_module(self, module):
        module._IS_TORCHAUDIO_EXT_AVAILABLE = False
        module.fail_if_no_align = lambda function: function
sys.meta_path.insert(0, Whole())
"""


def probe(before: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROBE.format(before=before)],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def test_a_broken_extension_is_skipped_with_one_log_line():
    lines = probe(BROKEN)
    assert lines == [
        "LOG torchaudio's compiled extension is skipped "
        "(libc10_cuda.so: cannot open shared object file)",
        "True (128, 21)",
    ]


def test_a_working_extension_is_used():
    assert probe(WHOLE) == ["True (128, 21)"]
