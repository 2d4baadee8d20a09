"""The hairstyles as numbers. Lengths in decimetres; every figure is the middle of what hair seeds vary."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Cut:
    """One style: how long hair is in four regions, where it is combed, how it falls and bends."""

    comb: str = "crown"  # crown, part, back, forward, side, up, out, gather
    top: float = 0.4
    side: float = 0.3
    back: float = 0.3
    front: float | None = None  # None: as the top
    lift: float = 0.3  # how steeply hair leaves the scalp
    stiff: float = 0.6  # dm of hair that follow the comb before gravity takes over
    layer: float = 0.10  # thickness of the body of hair over the scalp
    parting: float = 0.0  # x of the parting; its side is drawn from the seed
    wave: float = 0.0  # sideways amplitude
    curl: float = 0.0  # radius of the helix
    turns: float = 0.0  # per dm, of wave and curl
    clumps: int = 0
    clump: float = 0.0  # how far strands run together
    points: int = 10
    strands: float = 1.0
    width: float = 1.0
    messy: float = 0.06  # disorder of directions
    recession: float = 0.0
    thin_crown: float = 0.0
    fade: tuple | None = None  # heights between which the sides go from skin to full
    paint: float = 0.85  # of the scalp under the hair
    special: str = ""  # ponytail, bun, topknot, twin, cornrows, locs: built by hair_bound
    cover: str = ""  # hijab, turban, scarf, wrap: built by headwear


CUTS = {
    "bald": Cut(strands=0, paint=0.0),
    "buzz": Cut(top=0.05, side=0.04, back=0.04, lift=0.9, layer=0.0, strands=1.1, points=4, width=0.7, paint=0.8),
    "receding": Cut("forward", 0.3, 0.16, 0.18, lift=0.45, layer=0.04, recession=0.75, thin_crown=0.4, strands=0.7, paint=0.5),
    "balding": Cut(top=0.1, side=0.22, back=0.24, lift=0.08, layer=0.04, recession=1.0, thin_crown=1.0, strands=0.7, paint=0.55),
    "crop": Cut("forward", 0.42, 0.1, 0.12, front=0.45, lift=0.16, stiff=1.5, layer=0.06, clumps=260, clump=0.55, messy=0.12),
    "fade": Cut("forward", 0.22, 0.05, 0.05, lift=0.4, layer=0.03, fade=(7.35, 8.0), messy=0.12),
    "fadecurls": Cut("out", 0.5, 0.04, 0.05, lift=0.9, stiff=1.0, layer=0.1, fade=(7.5, 8.05), curl=0.05, turns=4.0,
                     clumps=240, clump=0.85, points=14, messy=0.25),
    "quiff": Cut("quiff", 0.75, 0.14, 0.16, front=0.95, lift=0.4, stiff=3, layer=0.05, clumps=120, clump=0.55, messy=0.04, fade=(7.05, 7.75)),
    "sidepart": Cut("part", 0.62, 0.22, 0.22, lift=0.22, stiff=0.55, layer=0.08, parting=0.36, clumps=200, clump=0.35),
    "slick": Cut("back", 1.2, 0.7, 0.5, lift=0.1, stiff=2.0, layer=0.05, clumps=150, clump=0.45, messy=0.02),
    "tousled": Cut("side", 0.75, 0.4, 0.4, lift=0.75, stiff=0.9, layer=0.12, wave=0.03, turns=1.5, clumps=150, clump=0.7, messy=0.35),
    "curltop": Cut("out", 0.75, 0.45, 0.45, lift=0.8, stiff=0.8, layer=0.1, curl=0.075, turns=2.6, clumps=200, clump=0.85, points=16, messy=0.25),
    "afro": Cut("out", 0.8, 0.75, 0.7, lift=1.0, stiff=9, layer=0.1, curl=0.035, turns=5, points=12, messy=0.35, strands=1.3, width=1.3),
    "afrolow": Cut("out", 0.3, 0.22, 0.22, lift=1.0, stiff=9, layer=0.05, curl=0.03, turns=6, points=8, messy=0.3, strands=1.25, width=1.1),
    "pixie": Cut("side", 0.72, 0.5, 0.45, front=0.65, lift=0.12, stiff=0.5, layer=0.09, clumps=180, clump=0.5, messy=0.1),
    "bob": Cut("part", 2.2, 1.35, 1.3, lift=0.2, stiff=0.45, layer=0.14, parting=0.1, points=14, clumps=170, clump=0.25),
    "bobfringe": Cut("fringe", 2.1, 1.25, 1.2, front=0.78, lift=0.2, stiff=0.5, layer=0.14, points=14, clumps=200, clump=0.2),
    "bobside": Cut("part", 2.2, 1.25, 1.1, lift=0.35, stiff=0.5, layer=0.18, parting=0.42, wave=0.05, turns=0.7, points=14, clumps=120, clump=0.4),
    "lob": Cut("part", 2.9, 2.1, 2.0, lift=0.25, stiff=0.45, layer=0.17, parting=0.25, wave=0.085, turns=0.75, points=16, clumps=110, clump=0.55),
    "longcentre": Cut("part", 4.3, 3.5, 3.4, lift=0.15, stiff=0.4, layer=0.13, parting=0.0, points=16, clumps=160, clump=0.25),
    "longside": Cut("part", 4.2, 3.4, 3.3, lift=0.35, stiff=0.5, layer=0.18, parting=0.42, points=16, clumps=160, clump=0.3),
    "longfringe": Cut("fringe", 4.1, 3.3, 3.2, front=0.8, lift=0.2, stiff=0.5, layer=0.14, points=16, clumps=180, clump=0.25),
    "longwavy": Cut("part", 4.1, 3.3, 3.2, lift=0.3, stiff=0.45, layer=0.2, parting=0.18, wave=0.11, turns=0.6, points=18, clumps=90, clump=0.65),
    "longcurly": Cut("part", 3.0, 2.5, 2.5, lift=0.5, stiff=0.5, layer=0.26, parting=0.2, curl=0.11, turns=1.25, points=22, clumps=130, clump=0.8, strands=0.85, messy=0.15),
    "coils": Cut("part", 1.9, 1.6, 1.5, lift=0.9, stiff=0.7, layer=0.3, parting=0.15, curl=0.06, turns=2.8, points=24, clumps=230, clump=0.88, strands=0.8, messy=0.3),
    "swept": Cut("back", 2.2, 1.5, 1.4, lift=0.35, stiff=0.8, layer=0.12, wave=0.06, turns=0.7, points=14, clumps=120, clump=0.5),
    "ponytail": Cut("gather", lift=0.0, layer=0.05, points=16, special="ponytail", messy=0.02),
    "bun": Cut("gather", lift=0.0, layer=0.05, points=14, special="bun", messy=0.02),
    "topknot": Cut("gather", lift=0.0, layer=0.06, points=14, special="topknot", messy=0.03),
    "braids": Cut("gather", lift=0.0, layer=0.05, points=28, special="twin", messy=0.02),
    "cornrows": Cut(points=30, special="cornrows", paint=0.4),
    "locs": Cut("part", 2.5, 2.1, 2.0, lift=0.6, stiff=0.5, layer=0.16, parting=0.05, curl=0.035, turns=1.2, points=16, clumps=180, clump=1.0,
                special="locs", messy=0.12),
    "hijab": Cut(strands=0, paint=0.0, cover="hijab"),
    "turban": Cut(strands=0, paint=0.0, cover="turban"),
    "headscarf": Cut("back", 0.7, 0.5, 0.5, lift=0.05, layer=0.03, paint=0.9, strands=0.8, cover="scarf"),
    "headwrap": Cut(strands=0, paint=0.6, cover="wrap"),
}


def curliness(style: str) -> float:
    """0..1 how far a style's strands bend: turns per dm times amplitude."""
    cut = CUTS[style]
    return min(1.0, cut.turns * (cut.curl + 0.5 * cut.wave) * 4)
