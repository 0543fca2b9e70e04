"""The named surfaces of a heart: their colours and what they are called."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from geometry.heart_mesh import HeartMesh

PLAIN = "#b98f84"
CUT_INK = {"ventricles": "#8f5f58", "blood_pool": "#8a3f49"}


@dataclass(frozen=True)
class Ink:
    """Colour and name of one surface."""

    colour: str
    words: str


INKS = {
    "ventricles": {
        "epi": Ink("#c29a8e", "Outer wall"),
        "base": Ink("#d9c3b4", "Base"),
        "endo_lv": Ink("#b8545a", "Left ventricle, inside"),
        "endo_rv": Ink("#6f86c2", "Right ventricle, inside"),
    },
    "blood_pool": {
        "wall": Ink("#a4505a", "Blood at the wall"),
        "inlet": Ink("#5fb0c4", "Inlet"),
        "outlet": Ink("#e0b062", "Outlet"),
    },
}


REGIONS = {
    "lv": Ink("#b8636a", "Left ventricle"),
    "rv": Ink("#6f86c2", "Right ventricle"),
    "scar_core": Ink("#f2dc6b", "Scar core"),
    "border_zone": Ink("#e0913f", "Grey zone"),
    "blood": Ink("#a4505a", "Blood"),
}
OTHERS = ("#56b4e9", "#009e73", "#cc79a7", "#e69f00", "#b9a4e6", "#c9cf6a")  # of names nobody foresaw


def inks_of(mesh: HeartMesh) -> dict[str, Ink]:
    """The surfaces a mesh has, with their inks."""
    known = INKS.get(mesh.kind, {})
    names = dict.fromkeys((*known, *mesh.facet_names.values()))
    return _named([name for name in names if len(mesh.tagged(name))], known)


def region_inks(mesh: HeartMesh) -> dict[int, Ink]:
    """The regions a mesh has, by number, with their inks."""
    names = {number: name for number, name in mesh.region_names.items() if (mesh.region == number).any()}
    inks = _named(list(names.values()), REGIONS)
    return {number: inks[name] for number, name in names.items()}


def _named(names: list[str], known: Mapping[str, Ink]) -> dict[str, Ink]:
    strange = [name for name in names if name not in known]
    fresh = {name: Ink(OTHERS[k % len(OTHERS)], _words(name)) for k, name in enumerate(strange)}
    return {name: known[name] if name in known else fresh[name] for name in names}


def _words(name: str) -> str:
    """Outlet: brachiocephalic, from outlet_brachiocephalic."""
    first, _, rest = name.partition("_")
    words = f"{first}: {rest}" if first in ("inlet", "outlet") and rest else name
    return words.replace("_", " ").capitalize()


def swatches(inks: Iterable[Ink]) -> str:
    """A small legend of names, as rich text."""
    rows = [
        f'<tr><td><span style="color:{ink.colour}; font-size:large">\u25a0</span>&nbsp;</td><td>{ink.words}</td></tr>'
        for ink in inks
    ]
    return f"<table>{''.join(rows)}</table>"
