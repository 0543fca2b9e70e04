"""The coronary ostia on the panel of the valve: proposed from the CT, taken, placed by a click, taken away."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ostia import has_scan, proposed_ostia
from geometry.coronary_ostia import Ostium
from solvers.devices.records import ImplantedValve
from ui.steps.page import Page
from ui.theme import px
from ui.widgets import Segments, button, label

PLACED = {"": "Nothing", "left_ostium": "Left ostium", "right_ostium": "Right ostium"}
TIP = "Bright tubes that leave the wall up to 25 mm above the annulus; nothing is taken before you say so"
CHECK = "Look at each on the images before you take it. Drag a taken one over the wall to correct it."
Keep = Callable[[dict[str, object], str], None]


class OstiumRows(QWidget):
    """``keep`` stores changes of the valve (can be undone)."""

    def __init__(self, page: Page, valve: ImplantedValve, keep: Keep, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page, self._valve, self._keep = page, valve, keep
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(6))
        session = page.session
        find = button("Find the ostia on the CT", lambda: page.watch.start("ostia", {}), tip=TIP)
        find.setEnabled(not page.watch.busy and session.case is not None and has_scan(session.case))
        column.addWidget(find)
        found = proposed_ostia(session.case, session.mesh) if session.case and session.mesh else None
        for one in found.ostia if found is not None else ():
            column.addWidget(self._proposal(one))
        for note in found.notes if found is not None else ():
            column.addWidget(label(note, "small", self))
        if found is not None and found.ostia:
            column.addWidget(label(CHECK, "small", self))
        column.addWidget(label("A click on the wall places", "small", self))
        which = Segments(PLACED, self)
        which.show_choice(str(page.kept.get("ostium", "")))
        which.chosen.connect(lambda key: page.kept.update(ostium=key))
        column.addWidget(which)
        for key in ("left_ostium", "right_ostium"):
            if getattr(valve, key) is not None:
                column.addWidget(self._row(f"{PLACED[key]} placed", ("Take it away", partial(self._take, key, None))))

    def _proposal(self, one: Ostium) -> QWidget:
        key = f"{one.side}_ostium"
        look = ("Look", lambda: self._page.session.pick(one.center))
        if getattr(self._valve, key) == one.lower:
            return self._row(f"{one.side.title()}, {one.words()}", look)
        return self._row(f"{one.side.title()}, {one.words()}", look, ("Take", lambda: self._take(key, one.lower)))

    def _row(self, words: str, *links: tuple[str, Callable[[], None]]) -> QWidget:
        row = QWidget(self)
        across = QHBoxLayout(row)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(px(8))
        across.addWidget(label(words, "small", row), 1)
        for text, act in links:
            link = button(text, act)
            link.setProperty("role", "link")
            across.addWidget(link)
        return row

    def _take(self, key: str, place: tuple[float, float, float] | None) -> None:
        what = PLACED[key].lower()
        self._keep({key: place}, f"Place the {what}" if place else f"Take the {what} away")
