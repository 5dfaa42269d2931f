#!/usr/bin/env python3
"""Writes archives/: small archives, good and hostile, by hands other than the program's own writer.

Python 3.11 and the program zstd; run as `python3 make_archives.py`. Equal bytes on every run.
"""
import gzip, io, lzma, os, struct, subprocess, tarfile, zipfile, zlib

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "archives")
FILES = [("bottle/train/good/000.png", b"first picture " * 40), ("bottle/train/good/001.png", bytes(range(256)) * 9),
         ("bottle/test/good/000.png", b""), ("bottle/readme.txt", b"a note\r\n")]


def member(name, data=b"", kind=tarfile.REGTYPE, link="", **extra):
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size, info.mtime = kind, link, len(data), 0
    for key, value in extra.items():
        setattr(info, key, value)
    return info, data


def tar(members, format=tarfile.USTAR_FORMAT):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=format) as archive:
        for info, data in members:
            archive.addfile(info, io.BytesIO(data) if info.isreg() else None)
    whole = out.getvalue().rstrip(b"\0")
    return whole.ljust(-(-len(whole) // 512) * 512, b"\0") + bytes(1024)  # without the padding to 10 KiB


def zipped(entries, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data, mode in entries:
            info = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
            info.compress_type, info.external_attr, info.create_system = method, mode << 16, 3
            archive.writestr(info, data)
    return out.getvalue()


def sparse():
    """GNU sparse 1.0 through pax headers: 1 MiB that occupies 512 bytes."""
    data = b"1\n0\n512\n".ljust(512, b"\0") + b"x" * 512
    return tar([member("a.png", data, pax_headers={
        "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "a.png", "GNU.sparse.realsize": str(1 << 20)})],
        tarfile.PAX_FORMAT)


def header(name, size):
    info, _ = member(name)
    info.size = size
    return info.tobuf(tarfile.USTAR_FORMAT)


def bomb(size):
    return header("zeros.png", size) + bytes(size) + bytes(1024)


good = [member("bottle", kind=tarfile.DIRTYPE), *(member(n, d) for n, d in FILES)]
long_name = "bottle/" + "/".join(["long" * 12] * 4) + "/000.png"
utf8 = "bottle/grün/000.png"
archives = {
    "good.tar": tar(good),
    "good-gnu.tar": tar(good + [member(long_name, b"x"), member(utf8, b"y")], tarfile.GNU_FORMAT),
    "good-pax.tar": tar(good + [member(long_name, b"x"), member(utf8, b"y")], tarfile.PAX_FORMAT),
    "good-dot.tar": tar([member("./", kind=tarfile.DIRTYPE), *(member("./" + n, d) for n, d in FILES)]),
    "good.tar.gz": gzip.compress(tar(good), mtime=0),
    "good.tar.xz": lzma.compress(tar(good)),
    "good.tar.zst": subprocess.run(["zstd", "-q", "-c"], input=tar(good), stdout=subprocess.PIPE, check=True).stdout,
    "good.zip": zipped([("bottle/", b"", 0o040755)] + [(n, d, 0o100644) for n, d in FILES]),
    "good-stored.zip": zipped([(n, d, 0o100644) for n, d in FILES], zipfile.ZIP_STORED),
    "symlink.tar": tar([member("a.png", kind=tarfile.SYMTYPE, link="/etc/passwd")]),
    "symlink-step.tar": tar([member("a", kind=tarfile.SYMTYPE, link=".."), member("a/b.png", b"x")]),
    "hardlink.tar": tar([member("a.png", b"x"), member("b.png", kind=tarfile.LNKTYPE, link="a.png")]),
    "fifo.tar": tar([member("a.png", kind=tarfile.FIFOTYPE)]),
    "character-device.tar": tar([member("a.png", kind=tarfile.CHRTYPE)]),
    "block-device.tar": tar([member("a.png", kind=tarfile.BLKTYPE)]),
    "sparse.tar": sparse(),
    "absolute.tar": tar([member("/tmp/a.png", b"x")]),
    "climbs.tar": tar([member("bottle/../../a.png", b"x")]),
    "climbs-pax.tar": tar([member("a.png", b"x", pax_headers={"path": "bottle/../../a.png"})], tarfile.PAX_FORMAT),
    "control.tar": tar([member("a\n.png", b"x")]),
    "bidirectional.tar": tar([member("a\u202egnp.exe", b"x")], tarfile.PAX_FORMAT),
    "not-utf8.tar": tar([member("gr\udcfcn.png", b"x")]),
    "backslash.tar": tar([member("a\\b.png", b"x")]),
    "deep.tar": tar([member("a/" * 17 + "b.png", b"x")]),
    "long.tar": tar([member("/".join(["l" * 100] * 11), b"x")], tarfile.PAX_FORMAT),
    "duplicate.tar": tar([member("a.png", b"x"), member("a.png", b"y")]),
    "case.tar": tar([member("bottle/A.png", b"x"), member("bottle/a.png", b"y")]),
    "case-folder.tar": tar([member("Bottle/a.png", b"x"), member("bottle/b.png", b"y")]),
    "accents.tar": tar([member("\u00e9.png", b"x"), member("e\u0301.png", b"y")], tarfile.PAX_FORMAT),
    "file-and-folder.tar": tar([member("a", b"x"), member("a/b.png", b"y")]),
    "huge-size.tar": header("a.png", 4 << 30) + b"x" * 512,
    "bomb.tar.xz": lzma.compress(bomb(80 << 20), preset=9),
    "bomb.tar.gz": gzip.compress(bomb(80 << 20), mtime=0),
    "bomb.zip": zipped([(f"{i}.png", bytes(20 << 20), 0o100644) for i in range(4)]),
    "symlink.zip": zipped([("a.png", b"/etc/passwd", 0o120777)]),
    "climbs.zip": zipped([("../a.png", b"x", 0o100644)]),
    "duplicate.zip": zipped([("a.png", b"x", 0o100644), ("a.png", b"y", 0o100644)]),
}


def named(entries, flag):
    """A zip whose names are bytes of any encoding; `flag` sets bit 11, "the name is UTF-8"."""
    out, directory = b"", b""
    for name, data in entries:
        facts = struct.pack("<HHHHHIIIHH", 20, flag << 11, 0, 0, 0x2821, zlib.crc32(data), len(data), len(data), len(name), 0)
        directory += b"PK\x01\x02" + struct.pack("<H", 20) + facts + struct.pack("<HHHII", 0, 0, 0, 0, len(out)) + name
        out += b"PK\x03\x04" + facts + name + data
    end = struct.pack("<HHHHIIH", 0, 0, len(entries), len(entries), len(directory), len(out), 0)
    return out + directory + b"PK\x05\x06" + end


archives |= {
    "names-utf8.zip": named([("Übersicht.txt".encode(), b"t"), ("größe/ключ/零件.png".encode(), b"x")], 1),
    "names-437.zip": named([("Übersicht.txt".encode("cp437"), b"t"), ("größe/déjà.png".encode("cp437"), b"x")], 0),
    "names-gbk.zip": named([("零件/正常/划痕.png".encode("gbk"), b"x")], 0),
    "names-unmarked-utf8.zip": named([("größe/零件.png".encode(), b"x")], 0),
    "joiners.tar": tar([member("می\u200cخواهم.png", b"x"), member("👩\u200d🔧/a.png", b"y")], tarfile.PAX_FORMAT),
    "joiner-twin.tar": tar([member("می\u200cخواهم.png", b"x"), member("میخواهم.png", b"y")], tarfile.PAX_FORMAT),
    "joiner-end.tar": tar([member("a.png\u200d", b"x")], tarfile.PAX_FORMAT),
    "links.tar": tar([member("nut/good/0.png", kind=tarfile.SYMTYPE, link="../../pool/0.png"), member("pool/0.png", b"zero"),
                      member("pool/1.png", b"one"), member("bolt/good", kind=tarfile.SYMTYPE, link="../pool"),
                      member("nut/good/1.png", kind=tarfile.LNKTYPE, link="pool/1.png"),
                      member("nut/good/2.png", kind=tarfile.SYMTYPE, link="0.png")]),
    "links.zip": zipped([("a/b.png", b"../c.png", 0o120777), ("c.png", b"see", 0o100644)]),
    "link-nowhere.tar": tar([member("a.png", b"x"), member("b.png", kind=tarfile.SYMTYPE, link="c.png")]),
    "link-circle.tar": tar([member("a", kind=tarfile.SYMTYPE, link="b"), member("b", kind=tarfile.SYMTYPE, link="a")]),
    "link-around.tar": tar([member("x/a.png", b"x"), member("x/y", kind=tarfile.SYMTYPE, link="..")]),
    "link-around-two.tar": tar([member("p/a.png", b"x"), member("q/b.png", b"x"), member("p/to", kind=tarfile.SYMTYPE, link="../q"),
                                member("q/to", kind=tarfile.SYMTYPE, link="../p")]),
    "hardlink-out.tar": tar([member("b.png", kind=tarfile.LNKTYPE, link="../a.png")]),
}
archives["no-end.tar"] = tar(good)[:512 * 10]  # cut exactly between two entries: 1 + 3 + 6 blocks
archives["no-end-at-all.tar"] = tar(good)[:-1024]
encrypted = bytearray(archives["good-stored.zip"])
for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
    encrypted[encrypted.index(signature) + offset] |= 1
archives["encrypted.zip"] = bytes(encrypted)
damaged = bytearray(archives["good-stored.zip"])
damaged[damaged.index(b"first picture")] ^= 1
archives["checksum.zip"] = bytes(damaged)

os.makedirs(HERE, exist_ok=True)
for name, data in archives.items():
    with open(os.path.join(HERE, name), "wb") as file:
        file.write(data)
