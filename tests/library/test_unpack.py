"""Archives are unpacked completely and inside their folder, or not at all."""

import builtins
import errno
import io
import tarfile
import zipfile
import zlib

import pytest

from music_selectivity.corpus.unpack import unpack
from music_selectivity.errors import InputError


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

    def test_bombs_and_broken_archives_are_reported(self, tmp_path, name):
        archive = archive_of(tmp_path / name, {"x": bytes(10**6)})
        with pytest.raises(InputError, match="unpacks to more than 1,000 bytes"):
            unpack(archive, tmp_path / "out", str, max_bytes=1000)
        with pytest.raises(InputError, match="none of the files that are needed"):
            unpack(archive, tmp_path / "out", lambda member: None)
        archive.write_bytes(archive.read_bytes()[:-40])
        with pytest.raises(InputError, match="broken archive"):
            unpack(archive, tmp_path / "out", str)
        archive.write_bytes(b"no archive at all")
        with pytest.raises(InputError, match="broken archive"):
            unpack(archive, tmp_path / "out", str)
        assert [path.name for path in tmp_path.iterdir()] == [name]

    def test_the_limit_is_of_all_files_together(self, tmp_path, name):
        files = {"x": bytes(600), "y": bytes(600)}
        archive = archive_of(tmp_path / name, files)
        with pytest.raises(InputError, match="unpacks to more than 1,199 bytes"):
            unpack(archive, tmp_path / "out", str, max_bytes=1199)
        assert unpack(archive, tmp_path / "out", str, max_bytes=1200) == 2

    def test_a_full_disk_leaves_nothing(self, tmp_path, name, monkeypatch):
        class Full(io.FileIO):
            def write(self, data):
                raise OSError(errno.ENOSPC, "No space left on device")

        opened = builtins.open

        def full(path, mode="r", *rest, **options):
            if mode == "wb":
                return Full(path, mode)
            return opened(path, mode, *rest, **options)

        archive = archive_of(tmp_path / name, {"x": b"sound" * 99})
        monkeypatch.setattr(builtins, "open", full)
        with pytest.raises(OSError, match="No space left on device"):
            unpack(archive, tmp_path / "out", str)
        monkeypatch.undo()
        assert [path.name for path in tmp_path.iterdir()] == [name]

    def test_an_archive_s_own_checksum_is_checked(self, tmp_path, name):
        archive = archive_of(tmp_path / name, {"x": b"sound" * 99})
        data = bytearray(archive.read_bytes())
        # CRC-32, in a zip of the member by its two headers, in gzip of the whole.
        crc = zlib.crc32(b"sound" * 99) if name == "a.zip" else None
        stated = crc.to_bytes(4, "little") if crc else bytes(data[-8:-4])
        archive.write_bytes(bytes(data).replace(stated, b"\0\1\2\3"))
        with pytest.raises(InputError, match=r"broken archive .*CRC.*fetch it again"):
            unpack(archive, tmp_path / "out", str)
        assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [(6, 0x1, "'x' is encrypted, password"), (8, 99, "compression method")],
    ids=["encrypted", "odd compression"],
)
def test_a_zip_that_cannot_be_unpacked_is_reported(tmp_path, place, value, message):
    archive = archive_of(tmp_path / "a.zip", {"x": b"sound" * 99})
    data = bytearray(archive.read_bytes())
    # In the member's own header, and two bytes further in the directory of all.
    for header in (0, data.index(b"PK\1\2") + 2):
        data[header + place] = value
    archive.write_bytes(data)
    with pytest.raises(InputError, match=rf"a\.zip: cannot be unpacked \(.*{message}"):
        unpack(archive, tmp_path / "out", str)
    assert not (tmp_path / "out").exists()
