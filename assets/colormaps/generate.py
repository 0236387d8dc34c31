#!/usr/bin/python3
"""Writes app/figure/colormap_table.cpp: the colour maps of heatmaps.

diverging: blue is a norm below 1 (the gradient vanishes), red a norm above 1 (it explodes),
near-white is 1. Both arms are drawn in CIELAB (D65) with the same lightness at the same distance
from the centre, so that the eye ranks distances correctly and a grey print still shows them; hue
moves a little along each arm (light sky blue to indigo, light apricot to dark red), which adds
steps that can be told apart. Chroma is lowered where the colour would leave sRGB.

viridis, magma: by the construction that S. van der Walt and N. Smith published
(https://bids.github.io/colormap): in CAM02-UCS (Luo, Cui & Li 2006) lightness J' rises evenly while
a', b' run evenly along a Bézier curve, whose control points are these.

cividis: by the construction of Nuñez, Anderton & Renslow 2018 (PLoS ONE 13(7), e0199239): viridis as
someone without M cones sees it (Machado, Oliveira & Fernandes 2009), its a', b' spaced evenly, then
J' made a straight line.

Needs numpy (Debian: python3-numpy). Run from anywhere:
    assets/colormaps/generate.py            writes the file
    assets/colormaps/generate.py --check    compares with matplotlib's maps (python3-matplotlib)
"""
import math
import pathlib
import sys

import numpy as np

TOP = pathlib.Path(__file__).resolve().parents[2]
HALF = 128  # entries per arm; the table has 2·HALF + 1
SIZE = 2 * HALF + 1
LIGHTNESS = (95.0, 24.0)  # centre, end
WHITE = np.array([0.95047, 1.0, 1.08883])
XYZ_TO_RGB = np.array([[3.2404542, -1.5371385, -0.4985314],
                       [-0.9692660, 1.8760108, 0.0415560],
                       [0.0556434, -0.2040259, 1.0572252]])


def to_srgb(linear):
    linear = np.clip(linear, 0, 1)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear**(1 / 2.4) - 0.055)


def to_linear(srgb):
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055)**2.4)


# ---- CIELAB: the diverging map

def lab_to_srgb(lightness, a, b):
    fy = (lightness + 16) / 116
    f = np.array([fy + a / 500, fy, fy - b / 200])
    xyz = WHITE * np.where(f > 6 / 29, f**3, 3 * (6 / 29)**2 * (f - 4 / 29))
    linear = XYZ_TO_RGB @ xyz
    return to_srgb(linear), linear.min() >= -1e-4 and linear.max() <= 1 + 1e-4


def color(lightness, chroma, hue):
    while True:
        h = np.radians(hue)
        rgb, inside = lab_to_srgb(lightness, chroma * np.cos(h), chroma * np.sin(h))
        if inside or chroma < 0.5:
            return rgb
        chroma -= 0.25


def arm(hues, peak_chroma):
    """Entries at distance 1..HALF from the centre."""
    for i in range(1, HALF + 1):
        s = i / HALF
        lightness = LIGHTNESS[0] + (LIGHTNESS[1] - LIGHTNESS[0]) * s
        yield color(lightness, peak_chroma * min(1.0, 1.5 * s), hues[0] + (hues[1] - hues[0]) * s)


def diverging():
    blue = list(arm((238.0, 292.0), 43.0))
    red = list(arm((72.0, 36.0), 58.0))
    return np.array(blue[::-1] + [color(LIGHTNESS[0] + 0.8, 0.0, 0.0)] + red)


# ---- CAM02-UCS: the sequential maps

CAT02 = np.array([[0.7328, 0.4296, -0.1624], [-0.7036, 1.6975, 0.0061], [0.0030, 0.0136, 0.9834]])
HPE = np.array([[0.38971, 0.68898, -0.07868], [-0.22981, 1.18340, 0.04641], [0.0, 0.0, 1.0]])


class Ucs:
    """CIECAM02 (CIE 159:2004) and CAM02-UCS for D65, an average surround, a background of 20 % and
    an adapting luminance L_A."""

    def __init__(self, L_A):
        k4 = (1 / (5 * L_A + 1))**4
        self.F_L = 0.2 * k4 * 5 * L_A + 0.1 * (1 - k4)**2 * (5 * L_A)**(1 / 3)
        n = 0.2
        self.N_bb = 0.725 * n**-0.2
        self.exponent = 0.69 * (1.48 + math.sqrt(n))  # c·z
        self.chroma = (1.64 - 0.29**n)**0.73
        white = 100 * WHITE
        degree = 1 - math.exp((-L_A - 42) / 92) / 3.6
        gain = np.diag(100 * degree / (CAT02 @ white) + 1 - degree)
        self.cones = HPE @ np.linalg.inv(CAT02) @ gain @ CAT02  # of XYZ × 100
        self.white = self.achromatic(self.compressed(self.cones @ white))

    def compressed(self, cones):
        x = (self.F_L * np.abs(cones) / 100)**0.42
        return np.sign(cones) * 400 * x / (x + 27.13) + 0.1

    def achromatic(self, response):
        return (2 * response[0] + response[1] + response[2] / 20 - 0.305) * self.N_bb

    def eccentricity(self, h):
        return (np.cos(h + 2) + 3.8) / 4 * 50000 / 13 * self.N_bb

    def from_srgb(self, rgb):
        """Rows of sRGB in 0..1 to rows of J', a', b'."""
        r = self.compressed(self.cones @ (100 * np.linalg.inv(XYZ_TO_RGB) @ to_linear(rgb.T)))
        a = r[0] - 12 * r[1] / 11 + r[2] / 11
        b = (r[0] + r[1] - 2 * r[2]) / 9
        h = np.arctan2(b, a)
        J = 100 * (self.achromatic(r) / self.white)**self.exponent
        t = self.eccentricity(h) * np.hypot(a, b) / (r[0] + r[1] + 1.05 * r[2])
        M = t**0.9 * np.sqrt(J / 100) * self.chroma * self.F_L**0.25
        size = np.log(1 + 0.0228 * M) / 0.0228
        return np.array([1.7 * J / (1 + 0.007 * J), size * np.cos(h), size * np.sin(h)]).T

    def to_linear(self, ucs):
        """Rows of J', a', b' to rows of linear RGB, not clipped; NaN where there is no colour."""
        Jp, ap, bp = ucs.T
        J = Jp / (1.7 - 0.007 * Jp)
        M = (np.exp(0.0228 * np.hypot(ap, bp)) - 1) / 0.0228
        h = np.arctan2(bp, ap)
        t = (M / self.F_L**0.25 / (np.sqrt(J / 100) * self.chroma))**(1 / 0.9)
        p = self.white * (J / 100)**(1 / self.exponent) / self.N_bb + 0.305
        size = t * p / (self.eccentricity(h) + t * (671 * np.cos(h) + 6588 * np.sin(h)) / 1403)
        a, b = size * np.cos(h), size * np.sin(h)
        response = np.array([460 * p + 451 * a + 288 * b, 460 * p - 891 * a - 261 * b,
                             460 * p - 220 * a - 6300 * b]) / 1403 - 0.1
        with np.errstate(invalid="ignore"):
            x = (27.13 * np.abs(response) / (400 - np.abs(response)))**(1 / 0.42)
        cones = np.sign(response) * 100 / self.F_L * x
        return (XYZ_TO_RGB @ np.linalg.inv(self.cones) @ cones / 100).T


SRGB = Ucs(64 / math.pi / 5)  # the viewing conditions of sRGB
# viridis and magma were designed in the space for 25 times that luminance, by a slip of which their
# makers tell; with it their construction gives the published colours.
DESIGN = Ucs(64 / math.pi * 5)


def evenly(points, shares):
    """Points of a curve at these shares of its length."""
    length = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    return np.array([np.interp(shares, length / length[-1], column) for column in points.T]).T


def bezier(control, t):
    degree = len(control) - 1
    return sum(math.comb(degree, i) * np.outer(t**i * (1 - t)**(degree - i), point)
               for i, point in enumerate(np.array(control)))


def along_curve(control, lightness, size):
    shares = np.linspace(0, 1, size)
    chroma = evenly(bezier(control, np.linspace(0, 1, 2000)), shares)
    J = lightness[0] + (lightness[1] - lightness[0]) * shares
    return to_srgb(DESIGN.to_linear(np.column_stack([J, chroma])))


def viridis(size=SIZE):
    return along_curve([(22.674387857633945, -20.102530541012214),
                        (11.221508276482126, -33.08246073298429),
                        (-14.356589454756971, -42.24476439790574),
                        (-47.18817758739222, -5.595549738219887),
                        (-34.59001004812521, 42.5065445026178),
                        (-6.0516291196352654, 40.13395157135497)], (18.8671875, 92.5), size)


def magma(size=SIZE):
    return along_curve([(0.62912107182941668, -9.0711805555555429),
                        (5.9459613496072166, -75.1519097222222),
                        (87.724028479236836, 44.097222222222229),
                        (-4.6877192059483548, 18.525752314814838)],
                       (1.1436170212765937, 98.21808510638297), size)


DEUTERANOPIA = np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                         [-0.011820, 0.042940, 0.968881]])


def cividis(size=SIZE):
    # The matrices are of linear light.
    seen = to_srgb(to_linear(viridis(size)) @ DEUTERANOPIA.T)
    shares = np.linspace(0, 1, size)
    chroma = evenly(SRGB.from_srgb(seen)[:, 1:], shares)
    J = 16.0 + (92.7 - 16.0) * shares  # the published line; its first colours are clipped to sRGB
    return to_srgb(SRGB.to_linear(np.column_stack([J, chroma])))


def check():
    import matplotlib

    for make in (viridis, magma, cividis):
        theirs = matplotlib.colormaps[make.__name__](np.arange(256))[:, :3]
        far = 255 * np.abs(make(256) - theirs)
        print(f"{make.__name__}: differs by at most {far.max():.2f}, on average {far.mean():.2f} of 255")


def function(name, table):
    lines = ["", f"const ColorTable& {name}_table() {{", "  static constexpr ColorTable kTable{{"]
    entries = ["{%d, %d, %d}," % tuple(int(v) for v in np.round(255 * c)) for c in table]
    for i in range(0, len(entries), 6):
        lines.append("      " + " ".join(entries[i:i + 6]))
    return lines + ["  }};", "  return kTable;", "}"]


def main():
    out = ["// Generated by assets/colormaps/generate.py; do not edit.",
           '#include "app/figure/colormap.h"', "", "namespace backflow::figure {", "",
           "// clang-format off"]
    for make in (diverging, cividis, viridis, magma):
        out += function(make.__name__, make())
    out += ["", "// clang-format on", "", "}  // namespace backflow::figure", ""]
    (TOP / "app/figure/colormap_table.cpp").write_text("\n".join(out), encoding="utf-8")


if __name__ == "__main__":
    check() if "--check" in sys.argv else main()
