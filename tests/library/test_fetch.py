"""Downloads end whole or with a sentence, whatever the server on loopback does."""

import hashlib
import http.server
import io
import json
import socket
import tarfile
import threading
import urllib.request
import zipfile
import zlib
from contextlib import contextmanager

import pytest

from conftest import ROOT
from music_selectivity.corpus.fetch import TRIES, Redirects, fetch, unpack
from music_selectivity.errors import InputError

BODY = bytes(range(256)) * 9000  # 2.3 MB: several chunks
DIGEST = hashlib.sha256(BODY).hexdigest()


class Server:
    """What the server answers: each request takes the next of `answers`, then whole.

    An answer is a status, "cut" (half of what was asked for), "cut N" (N bytes of it),
    "reset" (half, and the connection is broken off), "stall" or a path to go to.
    """

    def __init__(self, answers=(), body=BODY, tag='"v1"', ranges=True, headers=()):
        self.answers, self.body, self.tag = list(answers), body, tag
        self.ranges, self.headers = ranges, dict(headers)
        self.requests, self.sent = [], 0

    def answer(self, handler):
        self.requests.append((handler.path, dict(handler.headers)))
        kind = self.answers.pop(0) if self.answers else "whole"
        if callable(kind):
            kind = kind(self) or "whole"
        if isinstance(kind, int):
            handler.send_response(kind)
            handler.send_header("Retry-After", "0")
            handler.end_headers()
            return
        if "/" in kind:
            handler.send_response(302)
            handler.send_header("Location", kind)
            for header in self.headers.items():
                handler.send_header(*header)
            handler.end_headers()
            return
        start = 0
        asked = handler.headers.get("Range")
        if asked and self.ranges and handler.headers.get("If-Range") == self.tag:
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
        body = self.body[start:]
        handler.send_response(206 if start else 200)
        if start:
            last = len(self.body) - 1
            span = f"bytes {start}-{last}/{len(self.body)}"
            handler.send_header("Content-Range", span)
        handler.send_header("Content-Length", str(len(body)))
        if self.tag:
            handler.send_header("ETag", self.tag)
        handler.end_headers()
        cut = int(kind[4:] or len(body) // 2) if "cut" in kind else len(body) // 2
        part = body if kind == "whole" else body[:cut]
        self.sent += len(part)
        handler.wfile.write(part)
        if kind == "stall":
            handler.wfile.flush()
            threading.Event().wait(1)
        if kind == "reset":
            handler.wfile.flush()
            linger = b"\1\0\0\0\0\0\0\0"
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            handler.connection.close()


@contextmanager
def serving(server):
    """The server's address, for as long as it runs."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            server.answer(self)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        running.handle_error = lambda *_: None
        threading.Thread(
            target=running.serve_forever, args=(0.01,), daemon=True
        ).start()
        try:
            yield f"http://127.0.0.1:{running.server_port}/file"
        finally:
            running.shutdown()


def get(server, path, **options):
    with serving(server) as address:
        fetch(address, path, **({"wait": 0.0, "timeout": 0.3} | options))


@pytest.mark.parametrize(
    "answers",
    [
        [],
        ["cut"],
        ["reset"],
        ["cut", "reset", "cut", "stall"],
        [503, 500, 429, 408],
        ["/elsewhere"],
        ["cut", 502, "/elsewhere", "cut", "cut"],
    ],
    ids=str,
)
@pytest.mark.parametrize("ranges", [True, False])
def test_whatever_breaks_the_file_comes_whole(tmp_path, answers, ranges):
    server = Server(answers, ranges=ranges)
    get(server, tmp_path / "file", sha256=DIGEST)
    assert (tmp_path / "file").read_bytes() == BODY
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert len(server.requests) == len(answers) + 1
    if ranges:  # No byte is sent twice but those that a broken connection lost.
        assert len(BODY) <= server.sent
        if "reset" not in answers:
            assert server.sent == len(BODY)


def test_a_killed_download_goes_on_in_another_process(tmp_path):
    server = Server(["cut", 404])
    with pytest.raises(InputError):
        get(server, tmp_path / "file")
    assert not (tmp_path / "file").exists()
    get(server, tmp_path / "file", sha256=DIGEST)
    assert (tmp_path / "file").read_bytes() == BODY
    assert server.requests[-1][1]["Range"] == f"bytes={len(BODY) // 2}-"
    assert server.sent == len(BODY)


@pytest.mark.parametrize("tag", ['"v2"', None, 'W/"v1"'])
def test_parts_of_two_versions_are_never_joined(tmp_path, tag):
    def change(server):
        server.body, server.tag = BODY[::-1], tag

    server = Server(["cut", change])
    get(server, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == BODY[::-1]


def test_a_wrong_checksum_is_tried_anew_once_and_told(tmp_path):
    server = Server()
    with pytest.raises(
        InputError, match=r"SHA-256 .* instead of .*twice; correct"
    ) as e:
        get(server, tmp_path / "file", sha256="0" * 64)
    assert len(server.requests) == 2
    assert list(tmp_path.iterdir()) == []
    assert str(tmp_path / "file") in str(e.value)


def test_spoilt_once_the_second_try_counts(tmp_path):
    def spoil(server):
        server.body = BODY[:-1] + b"?"

    def mend(server):
        server.body = BODY

    get(Server([spoil, mend]), tmp_path / "file", sha256=DIGEST)
    assert (tmp_path / "file").read_bytes() == BODY


@pytest.mark.parametrize("stated", [DIGEST, "0" * 64])
def test_a_checksum_that_the_server_states_is_checked(tmp_path, stated):
    answers = ["/elsewhere", "whole", "/elsewhere", "whole"]
    server = Server(answers, headers={"X-Linked-ETag": f'"{stated}"'})
    if stated == DIGEST:
        get(server, tmp_path / "file")
        assert (tmp_path / "file").read_bytes() == BODY
    else:
        with pytest.raises(InputError, match=f"instead of {stated}"):
            get(server, tmp_path / "file")


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_what_is_not_there_is_told_at_once(tmp_path, status):
    server = Server([status] * 3)
    with pytest.raises(InputError, match=rf"the server answers {status} .*'downloads'"):
        get(server, tmp_path / "file")
    assert len(server.requests) == 1


def test_a_server_that_never_recovers_is_told(tmp_path):
    server = Server([503] * 20)
    with pytest.raises(InputError, match=rf"answers 503, {TRIES} times in a row"):
        get(server, tmp_path / "file")
    assert len(server.requests) == TRIES


@pytest.mark.parametrize(
    "cuts",
    [[100, 50] * 40, range(100, 180), [100] * 80],
    ids=["varying", "growing", "same"],
)
def test_a_server_that_cannot_go_on_is_told(tmp_path, cuts):
    answers = [f"cut {size}" for size in cuts]
    server = Server(answers, tag=None, ranges=False)
    with pytest.raises(InputError, match=r"bytes came, .* times .*login node, or put"):
        get(server, tmp_path / "file")
    assert len(server.requests) == TRIES + 1


def test_a_server_that_changes_its_mind_is_told(tmp_path):
    def another(server):
        server.tag = '"v2"' if server.tag == '"v1"' else '"v1"'
        return "cut 50"

    # Each half of what comes is of another version than the next.
    server = Server(["cut 50", "cut 50", another] * 40)
    with pytest.raises(InputError, match=f"{TRIES} times from the beginning"):
        get(server, tmp_path / "file")


def test_a_server_that_goes_on_may_break_off_often(tmp_path):
    server = Server(["cut 70000"] * 30)
    get(server, tmp_path / "file", sha256=DIGEST)
    assert server.sent == len(BODY) and len(server.requests) == 31


def test_offline_is_one_sentence_with_the_remedy(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}/file"
        with pytest.raises(
            InputError, match=r"no connection .*login node, or put"
        ) as e:
            fetch(address, tmp_path / "file", wait=0.0)
    assert "\n" not in str(e.value) and address in str(e.value)


def test_other_addresses_and_unsafe_redirects_are_refused(tmp_path):
    for address in ("file:///etc/passwd", "ftp://example.org/x", "/etc/passwd"):
        with pytest.raises(InputError, match="no http or https address"):
            fetch(address, tmp_path / "file")
    with pytest.raises(InputError, match="the server answers 302"):
        get(Server(["file:///etc/passwd"]), tmp_path / "file")
    request = urllib.request.Request("https://example.org/a")
    with pytest.raises(InputError, match="which is not encrypted"):
        Redirects().redirect_request(request, None, 302, "", {}, "http://example.org")


def test_a_full_disk_is_told_and_what_came_is_kept(tmp_path, monkeypatch):
    import builtins

    class Full(io.FileIO):
        def write(self, data):
            raise OSError(28, "No space left on device")

    opened = builtins.open

    def full(path, mode="r", *rest, **options):
        if "b" in mode and mode[0] in "wa":
            return Full(path, mode)
        return opened(path, mode, *rest, **options)

    monkeypatch.setattr(builtins, "open", full)
    with pytest.raises(InputError, match=r"No space left on device.*make room"):
        get(Server(), tmp_path / "file")
    monkeypatch.undo()
    get(Server(), tmp_path / "file", sha256=DIGEST)
    assert (tmp_path / "file").read_bytes() == BODY


def archive_of(path, files):
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(name, content)
    else:
        with tarfile.open(path, "w:gz") as archive:
            for name, content in files.items():
                info = tarfile.TarInfo(name)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
            link = tarfile.TarInfo("top/link")
            link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
            archive.addfile(link)
    return path


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz"])
class TestUnpack:
    def test_wanted_files_come_where_they_are_placed(self, tmp_path, name):
        files = {"top/a/x.wav": b"x", "top/a/y.txt": b"y", "top/z.wav": b"z" * 99}
        archive = archive_of(tmp_path / name, files)

        def place(member):
            return member.removeprefix("top/") if member.endswith(".wav") else None

        (tmp_path / "out").mkdir()
        (tmp_path / "out/old").touch()
        assert unpack(archive, tmp_path / "out", place) == 2
        found = {
            p.relative_to(tmp_path / "out").as_posix(): p.read_bytes()
            for p in (tmp_path / "out").rglob("*")
            if p.is_file()
        }
        assert found == {"a/x.wav": b"x", "z.wav": b"z" * 99}

    @pytest.mark.parametrize("member", ["../x", "/tmp/x", "a/../../x"])
    def test_nothing_is_written_outside(self, tmp_path, name, member):
        archive = archive_of(tmp_path / name, {member: b"x"})
        with pytest.raises(InputError, match="outside the folder"):
            unpack(archive, tmp_path / "out", lambda member: member)
        assert not (tmp_path / "out").exists()

    def test_bombs_and_broken_archives_are_told(self, tmp_path, name):
        archive = archive_of(tmp_path / name, {"x": bytes(10**6)})
        with pytest.raises(InputError, match="unpacks to more than 1,000 bytes"):
            unpack(archive, tmp_path / "out", str, max_bytes=1000)
        with pytest.raises(InputError, match="none of the files"):
            unpack(archive, tmp_path / "out", lambda member: None)
        archive.write_bytes(archive.read_bytes()[:-40])
        with pytest.raises(InputError, match="broken archive"):
            unpack(archive, tmp_path / "out", str)
        archive.write_bytes(b"no archive at all")
        with pytest.raises(InputError, match="broken archive"):
            unpack(archive, tmp_path / "out", str)
        assert not (tmp_path / "out").exists()

    def test_an_archive_s_own_checksum_is_checked(self, tmp_path, name):
        archive = archive_of(tmp_path / name, {"x": b"sound" * 99})
        data = bytearray(archive.read_bytes())
        # CRC-32, in a zip of the member by its two headers, in gzip of the whole.
        crc = zlib.crc32(b"sound" * 99) if name == "a.zip" else None
        stated = crc.to_bytes(4, "little") if crc else bytes(data[-8:-4])
        archive.write_bytes(bytes(data).replace(stated, b"\0\1\2\3"))
        with pytest.raises(InputError, match=r"broken archive .*CRC.*fetch it anew"):
            unpack(archive, tmp_path / "out", str)
        assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [(6, 0x1, "'x' is encrypted, password"), (8, 99, "compression method")],
    ids=["encrypted", "odd compression"],
)
def test_a_zip_that_cannot_be_unpacked_is_told(tmp_path, place, value, told):
    archive = archive_of(tmp_path / "a.zip", {"x": b"sound" * 99})
    data = bytearray(archive.read_bytes())
    # In the member's own header, and two bytes further in the directory of all.
    for header in (0, data.index(b"PK\1\2") + 2):
        data[header + place] = value
    archive.write_bytes(data)
    with pytest.raises(InputError, match=rf"a\.zip: cannot be unpacked \(.*{told}"):
        unpack(archive, tmp_path / "out", str)
    assert not (tmp_path / "out").exists()


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
