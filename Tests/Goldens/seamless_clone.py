"""Writes seamless_clone.png and seamless_clone.json: what OpenCV's seamlessClone makes of 240 small cases.

Made with opencv-python-headless 5.0.0 and numpy 2.4.6, Python 3.11:

    python Tests/Goldens/seamless_clone.py

Cases are drawn on both sides from one integer generator (SplitMix64), so that only results are stored: for each case the
rectangle that can change, its rows one after the other, three channels a pixel, all cases behind each other as the
samples of one grey picture. The test is SeamlessCloneTests.
"""
import json
import pathlib

import cv2
import numpy as np

CASES = 240
MASK64 = (1 << 64) - 1


class Stream:
    """The package's RandomStream(seed:)."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK64
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK64
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK64
        return z ^ (z >> 31)

    def index(self, count):
        return (self.next() * count) >> 64


def picture(stream, width, height):
    """A slope with noise in each channel, and a box of another brightness."""
    channels = [(stream.index(256), stream.index(11) - 5, stream.index(11) - 5, 1 + stream.index(64)) for _ in range(3)]
    left, top, step = stream.index(width), stream.index(height), stream.index(161) - 80
    out = np.zeros((height, width, 3), np.uint8)
    for y in range(height):
        for x in range(width):
            for c, (base, across, down, noise) in enumerate(channels):
                value = base + across * x + down * y + stream.index(noise) - noise // 2
                if x >= left and y >= top:
                    value += step
                out[y, x, c] = min(max(value, 0), 255)
    return out


def mask(stream, kind, width, height):
    """All of the piece, an ellipse that touches its sides, or two rectangles."""
    out = np.zeros((height, width), np.uint8)
    if kind == 0:
        out[:] = 255
    elif kind == 1:
        for y in range(height):
            for x in range(width):
                across, down = (2 * x - width + 1) * height, (2 * y - height + 1) * width
                if across * across + down * down <= (width * height) ** 2:
                    out[y, x] = 255
    else:
        for _ in range(2):
            w, h = 9 + stream.index(width - 8), 9 + stream.index(height - 8)
            x, y = stream.index(width - w + 1), stream.index(height - h + 1)
            out[y : y + h, x : x + w] = 255
    return out


def case(number):
    stream = Stream(1000 + number)
    width, height = 16 + stream.index(13), 16 + stream.index(13)
    piece_width, piece_height = 10 + stream.index(width - 11), 10 + stream.index(height - 11)
    target, piece = picture(stream, width, height), picture(stream, piece_width, piece_height)
    shape = mask(stream, number % 3, piece_width, piece_height)
    inner = shape.copy()
    inner[0], inner[-1], inner[:, 0], inner[:, -1] = 0, 0, 0, 0
    rows, columns = np.nonzero(inner)
    w, h = int(columns.max() - columns.min()) + 1, int(rows.max() - rows.min()) + 1
    x, y = stream.index(width - w + 1), stream.index(height - h + 1)
    mode = cv2.MIXED_CLONE if number // 3 % 2 else cv2.NORMAL_CLONE
    # Channels are independent of each other, so that their order doesn't matter.
    made = cv2.seamlessClone(piece, target, shape.copy(), (x + w // 2, y + h // 2), mode)
    outside = made.copy()
    outside[y : y + h, x : x + w] = target[y : y + h, x : x + w]
    assert (outside == target).all()
    return made[y : y + h, x : x + w]


results = b"".join(case(number).tobytes() for number in range(CASES))
count, width = len(results), 512
height = -(-count // width)
samples = np.zeros(width * height, np.uint8)
samples[:count] = np.frombuffer(results, np.uint8)
here = pathlib.Path(__file__).parent
cv2.imwrite(str(here / "seamless_clone.png"), samples.reshape(height, width), [cv2.IMWRITE_PNG_COMPRESSION, 9])
facts = {"cases": CASES, "opencv": cv2.__version__, "samples": count}
(here / "seamless_clone.json").write_text(json.dumps(facts, indent=1) + "\n")
