"""Downloads end whole or with a sentence, whatever the servers on loopback do."""

import builtins
import errno
import hashlib
import io
import json
import logging
import os
import socket
import time
from functools import partial
from types import SimpleNamespace

import pytest
import requests
from huggingface_hub import HfFileSystem, constants

from conftest import ROOT
from file_server import BODY, DIGEST, Hub, Server, serving
from music_selectivity.corpus import fetch as module
from music_selectivity.corpus.fetch import TRIES, fetch
from music_selectivity.errors import InputError
from music_selectivity.study.jobs import job

HUB_FILE = f"{Hub.DATASET}/data/file"
# Of which a file has 23, so that it is requested in many parts.
SMALL_RANGE = 100_000
# Each part is requested so often by huggingface_hub itself.
HUB_TRIES = 6


@pytest.fixture(autouse=True)
def naps(monkeypatch):
    """Seconds between tries, which no test waits for."""
    naps = []
    monkeypatch.setattr(time, "sleep", naps.append)
    monkeypatch.setattr(module, "TIMEOUT", 0.3)
    monkeypatch.setattr(constants, "HF_HUB_DOWNLOAD_TIMEOUT", 0.3)
    monkeypatch.setattr(module, "HUB_RANGE", SMALL_RANGE)
    return naps


def get(server, path, **options):
    """Fetch from a server as from any site."""
    with serving(server) as address:
        fetch(f"{address}/file", path, **options)


def get_from_hub(hub, path, address=HUB_FILE, **options):
    """Fetch from a server as from Hugging Face."""
    with serving(hub) as endpoint, pytest.MonkeyPatch.context() as patch:
        at_endpoint = partial(HfFileSystem, endpoint=endpoint)
        patch.setattr(module, "HfFileSystem", at_endpoint)
        fetch(address, path, **options)


def hub_of(server, **options):
    return Hub({"data/other": Server(body=b""), "data/file": server}, **options)


def names_in(folder):
    return [path.name for path in folder.iterdir()]


# Both libraries.

BREAKS = [
    [],
    ["cut"],
    ["reset"],
    ["cut", "reset", "cut", "stall"],
    [503, 500, 429, 408],
    ["/elsewhere"],
    ["cut", 502, "/elsewhere", "cut", "cut"],
]


@pytest.mark.parametrize("answers", BREAKS, ids=str)
def test_whatever_breaks_the_file_comes_whole(tmp_path, answers):
    server = Server(answers)
    get(server, tmp_path / "file", sha256=DIGEST)
    assert (tmp_path / "file").read_bytes() == BODY
    assert names_in(tmp_path) == ["file"]
    assert len(server.requests) == len(answers) + 1


@pytest.mark.parametrize("answers", BREAKS, ids=str)
def test_whatever_breaks_a_file_of_the_hub_comes_whole(tmp_path, answers):
    redirect = "/datasets/owner/name/resolve/1a2b/data/file"
    answers = [redirect if answer == "/elsewhere" else answer for answer in answers]
    server = Server(answers)
    get_from_hub(hub_of(server), tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == BODY
    assert names_in(tmp_path) == ["file"]
    assert len(server.requests) == len(answers) + len(BODY) // SMALL_RANGE + 1
    # No part that came is requested again.
    lost = sum("cut" in answer or "e" in answer for answer in map(str, answers))
    assert server.sent <= len(BODY) + lost * SMALL_RANGE


@pytest.mark.parametrize("from_hub", [False, True])
def test_a_wrong_checksum_is_tried_again_once_and_reported(tmp_path, from_hub):
    server = Server()
    with pytest.raises(
        InputError, match=r"SHA-256 .* instead of .*twice; correct"
    ) as e:
        if from_hub:
            get_from_hub(hub_of(server), tmp_path / "file", sha256="0" * 64)
        else:
            get(server, tmp_path / "file", sha256="0" * 64)
    assert DIGEST in str(e.value) and "0" * 64 in str(e.value)
    assert server.sent == 2 * len(BODY)
    assert names_in(tmp_path) == []
    assert str(tmp_path / "file") in str(e.value)


@pytest.mark.parametrize("from_hub", [False, True])
def test_spoilt_once_the_second_try_counts(tmp_path, from_hub):
    def spoil(server):
        server.body = BODY[:-1] + b"?"

    def mend(server):
        server.body = BODY

    if from_hub:
        rest = ["whole"] * (len(BODY) // SMALL_RANGE)
        hub = hub_of(Server([spoil, *rest, mend]), sha256={"data/file": DIGEST})
        get_from_hub(hub, tmp_path / "file")
    else:
        get(Server([spoil, mend]), tmp_path / "file", sha256=DIGEST)
    assert (tmp_path / "file").read_bytes() == BODY


@pytest.mark.parametrize("address", ["http://127.0.0.1:{port}/file", HUB_FILE])
def test_offline_is_one_sentence_with_the_remedy(tmp_path, monkeypatch, address, naps):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        monkeypatch.setattr(
            module,
            "HfFileSystem",
            partial(HfFileSystem, endpoint=f"http://127.0.0.1:{port}"),
        )
        address = address.format(port=port)
        with pytest.raises(
            InputError,
            match=r"the connection failed \(\[Errno 111\] Connection refused\), .* "
            "login node, or put",
        ) as e:
            fetch(address, tmp_path / "file")
    assert "\n" not in str(e.value) and address in str(e.value)
    assert naps == [1, 2, 4, 8]


def test_a_hub_that_is_switched_off_is_reported(tmp_path, monkeypatch):
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(InputError, match=r"HF_HUB_OFFLINE.*times; fetch where"):
        get_from_hub(hub_of(Server()), tmp_path / "file")


@pytest.mark.parametrize("from_hub", [False, True])
def test_progress_is_logged(tmp_path, caplog, from_hub):
    caplog.set_level(logging.INFO, module.__name__)
    if from_hub:
        get_from_hub(hub_of(Server()), tmp_path / "file")
    else:
        get(Server(), tmp_path / "file")
    address = HUB_FILE if from_hub else "http://127.0.0.1:"
    lines = [line for line in caplog.messages if line.startswith(address)]
    assert 2 <= len(lines) <= 20
    assert lines[-1].endswith("2 of 2 MB")


@pytest.mark.parametrize("from_hub", [False, True])
def test_others_may_read_what_is_fetched(tmp_path, from_hub):
    """As they may any other file, and not those of `tempfile`."""
    (tmp_path / "any").touch()
    if from_hub:
        get_from_hub(hub_of(Server()), tmp_path / "file")
    else:
        get(Server(), tmp_path / "file")
    modes = [(tmp_path / name).stat().st_mode for name in ("any", "file")]
    assert modes[0] == modes[1]


class Full(io.FileIO):
    def write(self, data):
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("from_hub", [False, True])
def test_a_full_disk_is_one_sentence(tmp_path, monkeypatch, from_hub):
    opened = builtins.open

    def full(path, mode="r", *rest, **options):
        if "b" in mode and mode[0] in "wa":
            return Full(path, mode)
        return opened(path, mode, *rest, **options)

    (tmp_path / "out").mkdir()
    if from_hub:
        (tmp_path / "out/.file.part").write_bytes(BODY[:1000])
    monkeypatch.setattr(builtins, "open", full)
    log = tmp_path / "log"
    with pytest.raises(SystemExit), job(SimpleNamespace(log=[log])):
        if from_hub:
            get_from_hub(hub_of(Server()), tmp_path / "out/file")
        else:
            get(Server(), tmp_path / "out/file")
    monkeypatch.undo()
    (line,) = log.read_text().splitlines()
    assert "No space left on device; " in line and "make room" in line
    assert not (tmp_path / "out/file").exists()
    if from_hub:  # What has come is kept.
        server = Server()
        get_from_hub(hub_of(server), tmp_path / "out/file")
        assert server.sent == len(BODY) - 1000
    else:
        assert "out/file: " in line
        assert names_in(tmp_path / "out") == []


# Plain addresses.


def test_a_plain_download_that_was_killed_starts_again(tmp_path):
    """A process of that number is long gone; what it left is removed."""
    stale = tmp_path / f".file.partial-{os.getpid()}1.zip"
    stale.write_bytes(BODY[:1000])
    get(Server(), tmp_path / "file.zip", sha256=DIGEST)
    assert (tmp_path / "file.zip").read_bytes() == BODY
    assert names_in(tmp_path) == ["file.zip"]


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_what_is_not_there_is_reported_at_once(tmp_path, status):
    server = Server([status] * 3)
    with pytest.raises(
        InputError, match=rf"the server answers {status}; correct its address in the"
    ):
        get(server, tmp_path / "file")
    assert len(server.requests) == 1
    assert names_in(tmp_path) == []


def test_a_server_that_never_recovers_is_reported(tmp_path, naps):
    server = Server([503] * 20)
    with pytest.raises(InputError, match=rf"answers 503, {TRIES} times"):
        get(server, tmp_path / "file")
    assert len(server.requests) == TRIES
    assert naps == [7] * (TRIES - 1)  # What the server asks for.


@pytest.mark.parametrize(
    "cuts",
    [[100, 50] * 40, range(100, 180), [100] * 80],
    ids=["varying", "growing", "same"],
)
def test_a_server_that_always_breaks_off_is_reported(tmp_path, cuts):
    server = Server([f"cut {size}" for size in cuts])
    with pytest.raises(
        InputError, match=rf"bytes read.*, {TRIES} times; .*login node, or put"
    ):
        get(server, tmp_path / "file")
    assert len(server.requests) == TRIES
    assert names_in(tmp_path) == []


def test_other_addresses_and_unsafe_redirects_are_refused(tmp_path):
    for address in ("file:///etc/passwd", "ftp://example.org/x", "/etc/passwd"):
        with pytest.raises(InputError, match="not an https, http or hf address"):
            fetch(address, tmp_path / "file")
    with pytest.raises(InputError, match=r"redirects to file:///etc/passwd, which"):
        get(Server(["file:///etc/passwd"]), tmp_path / "file")
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("target", ["http://example.org/b", "https://example.org/b"])
def test_redirects_from_https_stay_encrypted(target):
    response = requests.Response()
    response.url, response.status_code = "https://example.org/a", 302
    response.headers["Location"] = target
    if target.startswith("https:"):
        module._refuse_unencrypted(response)
    else:
        with pytest.raises(InputError, match="which is not encrypted; correct"):
            module._refuse_unencrypted(response)


def test_the_redirects_of_pooch_are_checked(tmp_path, monkeypatch):
    """It hands the hook on to requests, which calls it before it follows."""
    asked = []
    monkeypatch.setattr(module, "_refuse_unencrypted", lambda r, **_: asked.append(r))
    get(Server(["/elsewhere"]), tmp_path / "file")
    assert [response.status_code for response in asked] == [302, 200]


# Hugging Face.


def test_a_killed_download_is_continued_by_another_process(tmp_path):
    server = Server(["whole", "cut", 404])
    with pytest.raises(InputError, match="the server answers 404; correct"):
        get_from_hub(hub_of(server), tmp_path / "file")
    assert not (tmp_path / "file").exists()
    assert (tmp_path / ".file.part").stat().st_size == SMALL_RANGE
    get_from_hub(hub_of(server), tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == BODY
    ranges = [headers["range"] for _, headers in server.requests]
    assert ranges[3] == f"bytes={SMALL_RANGE}-{2 * SMALL_RANGE - 1}"
    assert server.sent == len(BODY) + SMALL_RANGE // 2
    assert names_in(tmp_path) == ["file"]


@pytest.mark.parametrize("left", [BODY[:-1], BODY, BODY + b"?"], ids=len)
def test_whatever_was_left_the_file_comes_whole(tmp_path, left):
    (tmp_path / ".file.part").write_bytes(left)
    get_from_hub(hub_of(Server()), tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == BODY
    assert names_in(tmp_path) == ["file"]


@pytest.mark.parametrize("size", [1000, len(BODY)])
@pytest.mark.parametrize("stated", [True, False])
def test_parts_of_two_versions_are_never_joined(tmp_path, size, stated):
    new = BODY[::-1]
    (tmp_path / ".file.part").write_bytes(BODY[:size])
    options = {} if stated else {"sha256": {"data/file": None}}
    get_from_hub(hub_of(Server(body=new), **options), tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == new


@pytest.mark.parametrize("stated", [DIGEST, "0" * 64])
def test_a_checksum_that_the_hub_states_is_checked(tmp_path, stated):
    hub = hub_of(Server(), sha256={"data/file": stated})
    if stated == DIGEST:
        get_from_hub(hub, tmp_path / "file")
        assert (tmp_path / "file").read_bytes() == BODY
    else:
        with pytest.raises(InputError, match=f"instead of {stated}"):
            get_from_hub(hub, tmp_path / "file")
        assert names_in(tmp_path) == []


def test_a_file_of_another_length_than_the_hub_states_is_reported(tmp_path):
    hub = hub_of(Server(), sha256={"data/file": None})
    entry = hub.file_entry("data/file") | {"size": len(BODY) + 1}
    hub.file_entry = lambda name: entry
    with pytest.raises(InputError, match=r"2304000 bytes instead of 2304001, twice"):
        get_from_hub(hub, tmp_path / "file")
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("left", [b"", BODY[:1000]], ids=len)
def test_a_hub_without_ranges_sends_the_file_whole(tmp_path, left):
    (tmp_path / ".file.part").write_bytes(left)
    get_from_hub(hub_of(Server(ranges=False)), tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == BODY


@pytest.mark.parametrize(
    "address",
    [
        f"{Hub.DATASET}/data/none",
        f"{Hub.DATASET}/none/file",
        f"{Hub.DATASET}/data",
        "hf://datasets/owner/none@1a2b/data/file",
        "hf://datasets/owner/name@none/data/file",
        "hf://datasets/owner",
        "hf://",
    ],
)
def test_what_is_not_on_the_hub_is_reported_at_once(tmp_path, address, naps):
    with pytest.raises(InputError, match=r"no such file on Hugging Face \(.*; correct"):
        get_from_hub(hub_of(Server()), tmp_path / "file", address)
    assert naps == [] and names_in(tmp_path) == []


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_what_the_hub_refuses_is_reported_at_once(tmp_path, status, naps):
    with pytest.raises(InputError, match="; correct its address in the config"):
        get_from_hub(hub_of(Server(), answers=[status] * 9), tmp_path / "file")
    assert naps == []


def test_a_hub_that_never_recovers_is_reported(tmp_path):
    hub = hub_of(Server(), answers=[503] * 20)
    with pytest.raises(InputError, match=rf"answers 503, {TRIES} times"):
        get_from_hub(hub, tmp_path / "file")
    server = Server([503] * 200)
    with pytest.raises(InputError, match=rf"answers 503, {TRIES} times"):
        get_from_hub(hub_of(server), tmp_path / "file")
    assert len(server.requests) == TRIES * HUB_TRIES


def test_a_hub_that_recovers_late_is_waited_for(tmp_path):
    hub = hub_of(Server([503] * (TRIES - 2) * HUB_TRIES), answers=[429])
    get_from_hub(hub, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == BODY


def test_a_hub_that_changes_its_mind_is_reported(tmp_path):
    """Each part that comes is of another version than the next."""

    def another(server):
        server.body = server.body[::-1]

    hub = hub_of(Server([another] * 100), sha256={"data/file": DIGEST})
    with pytest.raises(InputError, match=r"instead of .*, twice"):
        get_from_hub(hub, tmp_path / "file")


def test_a_hub_that_goes_on_may_break_off_often(tmp_path):
    server = Server(["cut 70000", "whole"] * 30)
    get_from_hub(hub_of(server), tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == BODY
    # Each part but the last, which is smaller, is requested twice.
    assert len(server.requests) == 2 * (len(BODY) // SMALL_RANGE) + 1


# The config.


def test_pinned_checksums_are_those_of_the_tables(sounds_folder):
    schema = json.loads((ROOT / "workflow/schemas/config.schema.json").read_text())
    pinned = {
        name: download["properties"]["sha256"]["default"]
        for name, download in schema["properties"]["downloads"]["properties"].items()
        if (sounds_folder / name).is_file()
    }
    assert len(pinned) == 4
    for name, sha256 in pinned.items():
        content = (sounds_folder / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == sha256, name
