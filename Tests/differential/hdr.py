"""High dynamic range by BT.2100, and the tone mapping that docs/prediction.md describes."""

import numpy as np

WHITE, PEAK, KNEE = 203.0, 1000.0, 0.3
#: BT.709's primaries in those of BT.2020 (BT.2087).
TO_WIDE = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])
LUMINANCE = np.array([0.2627, 0.6780, 0.0593])
M1, M2, C1, C2, C3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
A, B, C = 0.17883277, 0.28466892, 0.55991073


def coded(frame, curve):
    """A picture of 8 bits as 16 bits a channel of `pq` or `hlg`, its white at 203 cd/m2."""
    light = (frame / 255.0) ** 2.4 @ TO_WIDE.T * WHITE
    if curve == "pq":
        power = (light / 10000) ** M1
        value = ((C1 + C2 * power) / (1 + C3 * power)) ** M2
    else:
        shown = light / PEAK
        scene = shown / np.maximum(shown @ LUMINANCE, 1e-9)[..., None] ** (0.2 / 1.2)
        value = np.where(scene <= 1 / 12, np.sqrt(3 * scene),
                         A * np.log(np.maximum(12 * scene - B, 1e-9)) + C)
    return np.rint(np.clip(value, 0, 1) * 65535).astype(np.uint16)


def light_of(values, curve):
    """16 bits a channel to light, 1 at 203 cd/m2."""
    value = values / 65535.0
    if curve == "pq":
        power = value ** (1 / M2)
        return 10000 * (np.maximum(power - C1, 0) / (C2 - C3 * power)) ** (1 / M1) / WHITE
    scene = np.where(value <= 0.5, value ** 2 / 3, (np.exp((value - C) / A) + B) / 12)
    return scene * (scene @ LUMINANCE)[..., None] ** 0.2 * PEAK / WHITE


def toned(light):
    """Light to 8 bits: straight up to the knee, bent above, by the brightest channel."""
    peak = PEAK / WHITE
    a = -KNEE * KNEE * (peak - 1) / (KNEE * KNEE - 2 * KNEE + peak)
    b = (KNEE * KNEE - 2 * KNEE * peak + peak) / (peak - 1)
    most = np.clip(light.max(-1, keepdims=True), 1e-6, None)
    low = np.minimum(most, peak)
    bent = np.where(low <= KNEE, low,
                    (b * b + 2 * b * KNEE + KNEE * KNEE) / (b - a) * (low + a) / (low + b))
    narrow = light * bent / most @ np.linalg.inv(TO_WIDE).T
    return np.rint(255 * np.clip(narrow, 0, 1) ** (1 / 2.4)).astype(np.uint8)


def mapped(values, curve):
    return toned(light_of(values, curve))


def expected(frame):
    """The picture that a viewer of usual range gets of `frame`, whichever the curve."""
    return toned((frame / 255.0) ** 2.4 @ TO_WIDE.T)
