"""The editing tools as the window shows them: name, key, picture, and what to do with it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tool:
    """``mouse`` tools are held and used on the slice; the others act at once."""

    name: str
    title: str
    key: str
    icon: str
    hint: str
    mouse: bool = True


BRUSH, ERASER, THRESHOLD, GROW, CONTOUR = "brush", "eraser", "threshold", "grow", "contour"
TOOLS = (
    Tool(BRUSH, "Brush", "B", "brush", "Drag to paint the label. Size: [ ] or Shift + wheel."),
    Tool(ERASER, "Eraser", "E", "eraser", "Drag to remove the label. Size: [ ] or Shift + wheel."),
    Tool(THRESHOLD, "Threshold brush", "T", "threshold", "Drag: only grey values in the range are painted."),
    Tool(
        GROW,
        "Grow from strokes",
        "G",
        "grow",
        "Draw a stroke in each region (0: outside). Enter accepts, Esc discards.",
    ),
    Tool(
        CONTOUR,
        "Contour",
        "C",
        "contour",
        "Drag points or the whole curve; double click adds one, right click removes.",
    ),
    Tool("fill", "Fill between slices", "F", "between", "Fills the label between drawn slices", False),
    Tool("smooth", "Smooth", "S", "smooth", "Rounds the label off and keeps its volume", False),
    Tool("islands", "Keep the largest piece", "I", "islands", "Removes pieces of the label that lie apart", False),
    Tool("holes", "Fill holes", "Shift+I", "holes", "Fills holes in the label", False),
    Tool("next", "Copy to the next phase", "N", "to_next", "Copies the labels to the next phase and goes there", False),
    Tool(
        "previous",
        "Copy to the previous phase",
        "Shift+N",
        "to_previous",
        "Copies to the phase before and goes there",
        False,
    ),
    Tool("everywhere", "Copy to all phases", "Ctrl+Shift+N", "everywhere", "Copies the labels to every phase", False),
    Tool("swap", "Swap with another label", "", "swap", "Exchanges the label with another one", False),
    Tool("erase", "Erase the slice", "Del", "erase", "Removes the label from this slice", False),
)
BY_NAME = {tool.name: tool for tool in TOOLS}
ROUND = (BRUSH, ERASER, THRESHOLD, GROW)  # tools with a size
