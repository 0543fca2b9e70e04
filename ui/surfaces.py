"""The named surfaces of a heart: their colours and what they are called."""

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


def inks_of(mesh: HeartMesh) -> dict[str, Ink]:
    """The surfaces a mesh has, with their inks."""
    known = INKS.get(mesh.kind, {})
    names = [name for name in dict.fromkeys((*known, *mesh.facet_names.values())) if len(mesh.tagged(name))]
    return {name: known.get(name, Ink(PLAIN, name.replace("_", " "))) for name in names}


def swatches(mesh: HeartMesh) -> str:
    """A small legend of the surfaces, as rich text."""
    rows = [
        f'<tr><td><span style="color:{ink.colour}; font-size:large">\u25a0</span>&nbsp;</td><td>{ink.words}</td></tr>'
        for ink in inks_of(mesh).values()
    ]
    return f"<table>{''.join(rows)}</table>"
