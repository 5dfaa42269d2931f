"""Makes Tests/Goldens/formats/: small TIFF, BMP and WebP files of every kind that is read, some that are refused, and what
their samples are, as PNG of 8 bits in stored order.

Ran with: pillow 13.0.0, tifffile 2026.3.3, imagecodecs 2026.3.6, numpy 2.4.6.
    python Tests/Goldens/imaging_formats.py
Byte equality is asked of everything.
"""
import io, json, os, struct, zlib
import numpy as np
import tifffile
from PIL import Image

here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "formats")
os.makedirs(here, exist_ok=True)
path = lambda name: os.path.join(here, name)
random = np.random.default_rng(11)
H, W = 18, 21
y, x = np.mgrid[0:H, 0:W]
grey = (y * 9 + x * 4).astype(np.uint8)
rgb = np.stack([grey, 255 - grey, (x * 12).astype(np.uint8)], -1)
rgb[4:8, 5:9] = random.integers(0, 256, (4, 4, 3))
grey16 = (y * 3600 + x * 200).astype(np.uint16)
rgb16 = np.stack([grey16, 65535 - grey16, (x * 3000).astype(np.uint16)], -1)
alpha = (x * 12).astype(np.uint8)
rounded = lambda a: ((a.astype(np.uint32) * 255 + 32767) // 65535).astype(np.uint8)
cases = []


def case(name, expected, depth=8, orientation=1, lossy=False):
    expected = np.ascontiguousarray(expected)
    out = name.replace(".", "_") + "_decoded.png"
    Image.fromarray(expected).save(path(out))
    cases.append({"file": name, "result": out, "bitDepth": depth, "orientation": orientation, "isLossy": lossy,
                  "channels": 1 if expected.ndim == 2 else expected.shape[2]})


def tiff(name, data, expected, depth=8, orientation=1, **options):
    options.setdefault("photometric", "rgb" if data.ndim == 3 and data.shape[-1] >= 3 else "minisblack")
    tifffile.imwrite(path(name), data, metadata=None, software=False, **options)
    if expected is not None:
        case(name, expected, depth, orientation)


turned = [(274, "H", 1, 6, True)]
tiff("grey.tif", grey, grey)
tiff("grey_lzw.tif", grey, grey, compression="lzw", predictor=True, rowsperstrip=5)
tiff("rgb_deflate.tif", rgb, rgb, compression="deflate", predictor=True)
tiff("rgb_packbits.tif", rgb, rgb, compression="packbits")
tiff("grey16_lzw.tif", grey16, rounded(grey16), 16, compression="lzw")
tiff("rgb16_deflate.tif", rgb16, rounded(rgb16), 16, compression="deflate", predictor=True)
tiff("grey16_big_endian.tif", grey16, rounded(grey16), 16, byteorder=">")
tiff("rgb_tiled.tif", rgb, rgb, tile=(16, 16), compression="lzw")
tiff("rgb16_tiled.tif", rgb16, rounded(rgb16), 16, tile=(16, 16))
tiff("rgb_planar.tif", np.moveaxis(rgb, -1, 0), rgb, planarconfig="separate", photometric="rgb")
tiff("rgba.tif", np.dstack([rgb, alpha]), np.dstack([rgb, alpha]), extrasamples=["unassalpha"])
seen = np.maximum(alpha, 1)
multiplied = np.dstack([((rgb.astype(np.uint32) * seen[..., None] + 127) // 255).astype(np.uint8), seen])
whole = (multiplied[..., :3].astype(np.uint32) * 255 + seen[..., None] // 2) // seen[..., None]
tiff("rgba_multiplied.tif", multiplied, np.dstack([np.minimum(whole, 255).astype(np.uint8), seen]), extrasamples=["assocalpha"])
tiff("rgb_more.tif", np.dstack([rgb, alpha]), rgb, extrasamples=["unspecified"])
tiff("white_is_zero.tif", grey, 255 - grey, photometric="miniswhite")
tiff("white_is_zero16.tif", grey16, rounded(65535 - grey16), 16, photometric="miniswhite")
tiff("refused_white_is_zero12.tif", grey16 >> 4, None, photometric="miniswhite")
tiff("turned.tif", rgb, rgb, orientation=6, extratags=turned)
tiff("bigtiff.tif", grey, grey, bigtiff=True)
Image.fromarray(grey > 90).save(path("bits1.tif"), compression="raw")
case("bits1.tif", np.where(grey > 90, 255, 0).astype(np.uint8), 1)
palette = Image.fromarray((x % 4).astype(np.uint8), "P")
palette.putpalette([0, 0, 0, 255, 0, 0, 0, 255, 0, 9, 99, 199] + [0] * 756)
palette.save(path("palette.tif"), compression="tiff_lzw")
case("palette.tif", np.array(palette.convert("RGB")))
inks = np.dstack([rgb, (grey // 3)])
tiff("inks.tif", inks, None, photometric="separated")
light = 255 - inks.astype(np.uint32)
case("inks.tif", ((light[..., :3] * light[..., 3:] + 127) // 255).astype(np.uint8))
tifffile.imwrite(path("float.tif"), (grey.astype(np.float32) / 7 - 3), metadata=None, software=False)
# refused
tifffile.imwrite(path("refused_pages.tif"), np.stack([grey, grey]), metadata=None, software=False, photometric="minisblack")
tifffile.imwrite(path("refused_jpeg.tif"), rgb, metadata=None, software=False, photometric="rgb", compression="jpeg")
tifffile.imwrite(path("refused_signed.tif"), grey.astype(np.int16), metadata=None, software=False, photometric="minisblack")
tifffile.imwrite(path("refused_32.tif"), grey.astype(np.uint32), metadata=None, software=False, photometric="minisblack")

# --- WebP
Image.fromarray(rgb).save(path("lossless.webp"), lossless=True)
case("lossless.webp", rgb)
some = np.dstack([rgb, np.maximum(alpha, 1)])
Image.fromarray(some).save(path("lossless_alpha.webp"), lossless=True, exact=True)
case("lossless_alpha.webp", some)
exif = Image.Exif()
exif[0x112] = 8
Image.fromarray(rgb).save(path("turned.webp"), lossless=True, exif=exif.tobytes())
case("turned.webp", rgb, orientation=8)
Image.fromarray(rgb).save(path("lossy.webp"), quality=80)
case("lossy.webp", np.array(Image.open(path("lossy.webp")).convert("RGB")), lossy=True)
Image.fromarray(rgb).save(path("refused_animation.webp"), save_all=True, append_images=[Image.fromarray(255 - rgb)], lossless=True)

# --- BMP
Image.fromarray(rgb).save(path("rgb.bmp"))
case("rgb.bmp", rgb)
Image.fromarray(grey).save(path("grey.bmp"))
case("grey.bmp", grey)
palette.save(path("palette.bmp"))
case("palette.bmp", np.array(palette.convert("RGB")))
Image.fromarray(grey > 90).save(path("bits1.bmp"))
case("bits1.bmp", np.where(grey > 90, 255, 0).astype(np.uint8), 1)
Image.fromarray(np.dstack([rgb, alpha])).save(path("rgba.bmp"))
case("rgba.bmp", rgb)


def bmp(width, height, bits, compression, data, masks=b""):
    start = 14 + 40 + len(masks)
    return (b"BM" + struct.pack("<IHHI", start + len(data), 0, 0, start)
            + struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, len(data), 0, 0, 0, 0) + masks + data)


rows = lambda a: b"".join(r.tobytes().ljust(-(-len(r.tobytes()) // 4) * 4, b"\0") for r in a)
bgr = np.ascontiguousarray(rgb[..., ::-1])
open(path("top_down.bmp"), "wb").write(bmp(W, -H, 24, 0, rows(bgr)))
case("top_down.bmp", rgb)
r5, g6, b5 = rgb[..., 0] >> 3, rgb[..., 1] >> 2, rgb[..., 2] >> 3
packed = (r5.astype(np.uint16) << 11 | g6.astype(np.uint16) << 5 | b5)
open(path("bits565.bmp"), "wb").write(bmp(W, -H, 16, 3, rows(packed), struct.pack("<III", 0xF800, 0x07E0, 0x001F)))
wide = lambda v, most: ((v.astype(np.uint32) * 255 + most // 2) // most).astype(np.uint8)
case("bits565.bmp", np.stack([wide(r5, 31), wide(g6, 63), wide(b5, 31)], -1))
open(path("refused_rle.bmp"), "wb").write(bmp(4, 1, 8, 1, bytes([4, 1, 0, 1])))

# --- PNG that says how it is to be turned, and palettes of masks
buffer = io.BytesIO()
exif[0x112] = 3
Image.fromarray(rgb).save(path("turned.png"), exif=exif.tobytes())
case("turned.png", rgb, orientation=3)


def labels(name, colours):
    picture = Image.fromarray(np.where((y > 5) & (x > 6), 1 + (x > 12), 0).astype(np.uint8), "P")
    picture.putpalette(sum(colours, []) + [0] * (768 - 3 * len(colours)))
    picture.save(path(name))


for ending in ["png", "tif", "bmp"]:
    labels("mask_palette." + ending, [[0, 0, 0], [128, 0, 0], [0, 0, 0x40]])
    labels("mask_palette_bright." + ending, [[255, 255, 255], [255, 0, 0], [0, 0, 255]])
    labels("mask_palette_greys." + ending, [[255, 255, 255], [128, 128, 128], [192, 192, 192]])
json.dump(cases, open(path("expected.json"), "w"), indent=1)
