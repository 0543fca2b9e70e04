"""Images: what the scan is, what the reader noticed, and how to bring another one in."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QMenu, QWidget

from geometry.image import Image
from geometry.metric import shown_text
from geometry.orientation import orientation_doubts
from ui.icons import icon
from ui.steps.page import Page
from ui.theme import px
from ui.widgets import button, card, label, notice, section

TROUBLE = ("missing", "left out", "interpolat", "moved", "off one axis", "vary", "does not say", "may be", "exchanged",
           "neither", "fewer", "filled", "taken more than once", "not seen", "slant", "only ")  # fmt: skip


class ImagesPage(Page):
    """Facts of the scan and cards of what to look at."""

    title = "Images"
    lead = "Check that it is the right part of the patient, the right way round."
    scan_wanted = Signal()
    folder_wanted = Signal()
    series_wanted = Signal()
    late_wanted = Signal(str)  # late enhancement from the same "study", a "file" or a "folder"

    def fill(self) -> None:
        """Add the facts."""
        image = self.session.image
        if image is None:
            busy = self.watch.busy
            self.column.addWidget(label("The scan is being read ..." if busy else "There is no scan in this case yet."))
            if busy:
                return
        else:
            self._add_doubts()
            self.column.addWidget(section("Scan"))
            self.column.addWidget(fact_table(facts_of(image)))
            self._add_others()
            self._add_late_enhancement()
            self._add_notes(image)
        self.column.addWidget(section("Bring in"))
        for words, signal, tip in (
            ("Choose another series ...", self.series_wanted, "Of the study that this scan came from"),
            (
                "Read a scan file ...",
                self.scan_wanted,
                "A zip archive, NIfTI, NRRD (Ctrl+N); it becomes a case of its own",
            ),
            ("Read a DICOM folder ...", self.folder_wanted, "Ctrl+Shift+N; it becomes a case of its own"),
        ):
            self.column.addWidget(button(words, signal.emit, tip=tip))
        self.column.addWidget(label("F1 shows what mouse and keys do in the slices.", "small"))

    def _add_doubts(self) -> None:
        segmentation = self.session.segmentation
        for sentence in orientation_doubts(segmentation) if segmentation is not None else ():
            self.column.addWidget(notice(sentence))

    def _add_others(self) -> None:
        case = self.session.case
        roles = [role for role in case.roles() if role != "lge"] if case is not None else []
        if roles:
            self.column.addWidget(section("Beside it"))
            self.column.addWidget(fact_table({role.upper(): "in this case" for role in roles}))

    def _add_late_enhancement(self) -> None:
        case = self.session.case
        there = case is not None and "lge" in case.roles()
        self.column.addWidget(section("Late enhancement"))
        self.column.addWidget(
            label(
                "In this case: scar is measured in the step Segment." if there else "None yet. Scar is measured on it.",
                "muted",
            )
        )
        more = button("Replace it" if there else "Add it", lambda: None, tip="It is kept beside the cine, for scar")
        menu = QMenu(more)
        for key, words in (
            ("study", "From the same study ..."),
            ("file", "From a file ..."),
            ("folder", "From a folder ..."),
        ):
            menu.addAction(words, partial(self.late_wanted.emit, key))
        more.setMenu(menu)
        more.setEnabled(not self.watch.busy)
        self.column.addWidget(more)

    def _add_notes(self, image: Image) -> None:
        if not image.notes:
            return
        self.column.addWidget(section("What the reader noticed"))
        theme = self.session.theme
        for note in sorted(image.notes, key=lambda text: not is_trouble(text)):
            trouble = is_trouble(note)
            frame, column = card()
            column.addLayout(_note_row(note, "warn" if trouble else "info", theme.warn if trouble else theme.muted))
            self.column.addWidget(frame)


def facts_of(image: Image) -> dict[str, str]:
    """What a scan is, by name."""
    first, second, third = (float(s) for s in image.spacing)
    columns, rows, slices = image.voxels.shape[:3]
    facts = {
        "Kind": image.source or image.modality,
        "Pixels": f"{columns} x {rows} of {first:.2f} x {second:.2f} mm",
        "Slices": f"{slices}, {third:.1f} mm apart",
    }
    if image.phases > 1:
        facts["Phases"] = str(image.phases)
    if image.cycle:
        facts["Heart beat"] = f"{image.cycle:.0f} ms ({60000 / image.cycle:.0f} / min)"
    return facts


def is_trouble(note: str) -> bool:
    """Whether a note of the importer tells of something that may make numbers wrong."""
    return any(word in note.lower() for word in TROUBLE)


def fact_table(facts: dict[str, str]) -> QWidget:
    """Names and values in two columns."""
    table = QWidget()
    grid = QGridLayout(table)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(px(14))
    grid.setVerticalSpacing(px(5))
    for row, (name, value) in enumerate(facts.items()):
        key = QLabel(name)
        key.setProperty("role", "muted")
        grid.addWidget(key, row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(label(value), row, 1)
    grid.setColumnStretch(1, 1)
    return table


def _note_row(text: str, sign: str, colour: str) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(px(9))
    picture = QLabel()
    picture.setPixmap(icon(sign, colour).pixmap(px(17), px(17)))
    row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(label(shown_text(text)), 1)
    return row
