"""The table of `shared/POCKET.md` from measurements: every row with its figure, its bar, whether it is met, and baselines.

`met` is true, false, or null with a `note` where it cannot be said: too few sitters, no renders to compare with, or a bar
that names no number.
"""

SITTERS = 64
# Portraits of a tone group below which its median says little.
FEWEST = 3

TOP1, AXIS, INTENT = 0.8, 0.9, 0.9
SKIN, SKIN_RATIO = 5.0, 1.3
SHARPNESS = (0.8, 1.25)
VARIETY, DECIBELS = 0.7, 30.0
DENOISER, DECODER = 5.0, 10.0
STRENGTH = "strength-"
OTHERS = ("adapterOff", "directionOff")


def row(figure: object, bar: str, met: bool | None, note: str | None = None, **baselines: object) -> dict:
    """One row of the report."""
    return {"figure": figure, "bar": bar, "met": met, "baselines": baselines, **({"note": note} if note else {})}


def pick(groups: dict, name: str, key: str) -> object:
    """Measurement `key` of group `name`, or None where it was not shot."""
    return groups.get(name, {}).get(key)


def baselines(groups: dict, renders: dict, key: str) -> dict:
    """The three baselines of a measurement that every group has."""
    return {
        "adapterOff": pick(groups, f"{STRENGTH}0", key), "directionOff": pick(groups, "direction-off", key),
        "renders": pick(renders, "directed", key),
    }


def identity(groups: dict, renders: dict, sitters: int) -> dict:
    """Retrieval of the right sitter; a pass counts only among as many sitters as the bar asks for."""
    top1 = pick(groups, f"{STRENGTH}1", "top1")
    met = None if top1 is None else top1 >= TOP1 and (sitters >= SITTERS or None)
    note = f"{sitters} sitters: the bar is for {SITTERS}" if sitters < SITTERS else None
    note = note if top1 is not None else "strength 1 was not shot"
    return row(top1, f">= {TOP1} among {SITTERS}", met, note, **baselines(groups, renders, "top1"), chance=round(1 / sitters, 4))


def strengths(groups: dict) -> dict:
    """Identity over strength: the cosine must rise strictly, and retrieval never fall."""
    values = sorted((name.removeprefix(STRENGTH) for name in groups if name.startswith(STRENGTH)), key=float)
    figure = {value: {key: groups[STRENGTH + value][key] for key in ("top1", "cosine")} for value in values}
    pairs = list(zip(figure.values(), list(figure.values())[1:]))
    rises = all(a["cosine"] < b["cosine"] and a["top1"] <= b["top1"] for a, b in pairs)
    complete = {"0", "0.5", "1"} <= set(figure)
    note = None if complete else "strengths 0, 0.5 and 1 were not all shot"
    return row(figure, "rises", False if not rises else complete or None, note)


def axes(groups: dict, renders: dict) -> dict:
    """Every axis by the reader; `inFrame` beside them, which decides nothing: the axes that *Choker* hides, without those portraits."""
    own = pick(groups, f"{STRENGTH}1", "axes")
    note = None if own else "strength 1 was not shot"
    shown = {"portraits": pick(groups, f"{STRENGTH}1", "axesInFrame"), "renders": pick(renders, "directed", "axesInFrame")}
    return row(own, f">= {AXIS} each", own and min(own.values()) >= AXIS, note, **baselines(groups, renders, "axes"), inFrame=shown)


def intents(groups: dict, renders: dict) -> dict:
    """Headshot and editorial: the sitter found, and the six axes read right on average."""

    def figures(of: dict) -> dict | None:
        if not {"headshot", "editorial"} <= set(of):
            return None
        return {
            name: {
                "identity": of[name]["top1"], "direction": round(sum(of[name]["axes"].values()) / len(of[name]["axes"]), 4),
                "lowestAxis": min(of[name]["axes"].values()),
            }
            for name in ("headshot", "editorial")
        }

    own = figures(groups)
    met = own and all(part[key] >= INTENT for part in own.values() for key in ("identity", "direction"))
    return row(own, f">= {INTENT} identity and direction, both intents", met, None if own else "both intents were not shot", renders=figures(renders))


def skin(drift: dict, **others: dict | None) -> dict:
    """Skin tone: `drift` holds, for all and for each tone group, the number of portraits and the median drift; so do `others`."""
    tones = {name: part for name, part in drift.items() if name != "all" and part["portraits"] >= FEWEST}
    medians = [part["medianDegrees"] for part in tones.values()]
    ratio = round(max(medians) / max(min(medians), 0.1), 2) if len(medians) > 1 else None
    figure = {"groups": drift, "worstToBest": ratio}
    bar = f"median <= {SKIN}, worst / best <= {SKIN_RATIO}"
    median = drift.get("all", {}).get("medianDegrees")
    if median is None:
        return row(figure, bar, None, "no face was found under neutral light", **others)
    failed = median > SKIN or (ratio is not None and ratio > SKIN_RATIO)
    note = None if len(tones) == 3 else f"fewer than {FEWEST} portraits in a tone group"
    return row(figure, bar, False if failed else len(tones) == 3 or None, note, **others)


def against_renders(measured: dict | None, bar: str, met: bool | None, renders: object = None) -> dict:
    """A row whose figure needs directed renders of held-out sitters; `renders` is what renders themselves reach."""
    figure = measured and {key: value for key, value in measured.items() if key not in OTHERS}
    beside = {key: (measured or {}).get(key) for key in OTHERS}
    note = None if figure else "no directed renders in this held-out folder: forge heldout --portraits N writes them"
    return row(figure, bar, met if figure else None, note, **beside, renders=renders if figure else None)


def build_table(measured: dict) -> dict:
    """Rows by name from what `forge score` measured: sitters, groups, renders (groups of renders, {} without them),
    skinDrift, adapterOffSkinDrift, renderSkinDrift, fidelity, sharpness, variety, rounding and cost; all of these but skinDrift None where not measured."""
    groups, renders, sitters = measured["groups"], measured["renders"], measured["sitters"]
    sharp, various, rounding, cost = (measured[key] for key in ("sharpness", "variety", "rounding", "cost"))
    floor = (measured["fidelity"] or {}).get("floor")
    fidelity = against_renders(measured["fidelity"], "no number in POCKET.md", None, floor)
    fidelity.setdefault("note", "POCKET.md names no number; the floor stands beside it")
    return {
        "identity": identity(groups, renders, sitters),
        "strength": strengths(groups),
        "axes": axes(groups, renders),
        "intents": intents(groups, renders),
        "skin": skin(measured["skinDrift"], adapterOff=measured["adapterOffSkinDrift"], renders=measured["renderSkinDrift"]),
        "fidelity": fidelity,
        "sharpness": against_renders(
            sharp, f"{SHARPNESS[0]}-{SHARPNESS[1]} of the renders'",
            sharp and all(SHARPNESS[0] <= sharp[key] <= SHARPNESS[1] for key in ("atOwnSize", "at256") if sharp[key] is not None),
            1.0,
        ),
        "variety": against_renders(various, f">= {VARIETY} of the renders'", various and various["ratio"] >= VARIETY, 1.0),
        "rounding": row(rounding, f">= {DECIBELS:g} dB", rounding and rounding["medianDecibels"] >= DECIBELS,
                        None if rounding else "not asked for: --pack"),
        "cost": row(cost, f"denoiser <= {DENOISER:g}, decoder <= {DECODER:g} GFLOP",
                    cost and cost["denoiser"] <= DENOISER and cost["decoder"] <= DECODER, None if cost else "not asked for: --pack"),
    }
