"""The command line: everything the window does is a verb. Exit codes: 0 done, 2 refused (a sentence), 130 cancelled."""

import sys
from collections.abc import Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

from cyclopts import App, CycloptsError, Parameter

from app.commands import CASE_VERBS
from app.commands_arrhythmia import ARRHYTHMIA_VERBS
from app.commands_calibrate import CALIBRATION_VERBS
from app.commands_cells import CELL_VERBS
from app.commands_check import CHECK_VERBS
from app.commands_device import add_flow_devices
from app.commands_device_ep import add_devices
from app.commands_ecg import ECG_VERBS
from app.commands_edit import EDIT_VERBS
from app.commands_electrodes import ELECTRODE_VERBS
from app.commands_electrogram import ELECTROGRAM_VERBS
from app.commands_heart import HEART_VERBS
from app.commands_labels import LABEL_VERBS
from app.commands_measure import MEASURE_VERBS
from app.commands_mesh import MESH_VERBS
from app.commands_options import OPTION_VERBS
from app.commands_report import REPORT_VERBS
from app.commands_scan import SCAN_VERBS
from app.commands_scenario import SCENARIO_VERBS
from app.commands_sensitivity import SENSITIVITY_VERBS
from app.commands_simulate import SIMULATE_VERBS
from app.commands_velocity import VELOCITY_VERBS
from geometry.errors import Cancelled, Refused

DISCLAIMER = "Research and education software. Not a medical device."
cli = App(
    name="cardiotwin",
    help=f"From one patient's scan to a working twin of that heart. {DISCLAIMER}",
    version=partial(version, "cardiotwin"),
)

VERBS = {
    **SCAN_VERBS,
    **CASE_VERBS,
    **SIMULATE_VERBS,
    **EDIT_VERBS,
    **LABEL_VERBS,
    **MESH_VERBS,
    **HEART_VERBS,
    **MEASURE_VERBS,
    **OPTION_VERBS,
    **REPORT_VERBS,
    **CELL_VERBS,
    **ECG_VERBS,
    **ARRHYTHMIA_VERBS,
    **ELECTRODE_VERBS,
    **ELECTROGRAM_VERBS,
    **VELOCITY_VERBS,
    **SENSITIVITY_VERBS,
    **CALIBRATION_VERBS,
    **CHECK_VERBS,
}
for name, verb in VERBS.items():
    cli.command(verb, name=name)
cli.command(SCENARIO_VERBS)
devices = App(name="device", help="Try a device, a lesion or a drug on a scenario.")
add_devices(devices)
add_flow_devices(devices)
cli.command(devices)


@cli.command(name="app")
def open_window(path: Path | None = None) -> int:
    """Open the window, on a case, or on a scan (DICOM folder or zip, NIfTI ...) to make one of."""
    from ui.main import main as run_window

    return run_window(path)


@cli.command
def demo(out: Annotated[Path, Parameter("--out")] = Path("out/demo")) -> int:
    """Take both sample patients the whole way; end in the window, or with its pictures where there is no screen."""
    from app.demo import has_screen, run_demo

    twins = run_demo(out)
    if has_screen():
        return open_window(twins[0])
    from ui.pictures import grab_window

    for folder in twins:
        grab_window(folder, out / "pictures" / folder.name)
    print(f"Pictures, reports and results are in {out.resolve()}")
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; a refusal is a sentence on standard error."""
    tokens = list(sys.argv[1:] if arguments is None else arguments)
    try:
        answer = cli(tokens, exit_on_error=False, result_action="return_value")
    except CycloptsError:
        return 2
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 2
    except (Cancelled, KeyboardInterrupt):
        print("Cancelled; nothing half-written was kept.", file=sys.stderr)
        return 130
    return answer if isinstance(answer, int) else 0


if __name__ == "__main__":
    sys.exit(main())
