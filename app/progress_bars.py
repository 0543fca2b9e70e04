"""Progress bars on a terminal: what is done, how far it is, and the time left."""

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn


class ProgressBars(Progress):
    """Bars on standard error that leave nothing behind."""

    def __init__(self) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        super().__init__(*columns, console=Console(stderr=True), transient=True)
