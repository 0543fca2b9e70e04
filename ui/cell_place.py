"""What the potential of the run did at the marked place."""

import numpy as np
from numpy.typing import NDArray

from ui.heart_surface import nearest_node
from ui.session import Session

POTENTIAL, ACTIVATION = "potential", "activation_time"


def potential_at(session: Session) -> tuple[NDArray[np.floating], NDArray[np.floating]] | None:
    """Times (t,) ms from the activation of the marked node, and its potential (t,) mV; None where the run has none."""
    result, mesh, point = session.result, session.mesh, session.point
    if result is None or mesh is None or point is None or not {POTENTIAL, ACTIVATION} <= {*result.fields}:
        return None
    field, node = result.fields[POTENTIAL], nearest_node(mesh.points, point)
    values = np.asarray(field.values)
    if values.shape[1] != len(mesh.points):  # a run on an older mesh
        return None
    fired = float(np.asarray(result.fields[ACTIVATION].values)[node])
    times = np.asarray(field.times) - (fired if np.isfinite(fired) else 0.0)
    kept = times > -20.0
    return times[kept], values[kept, node]
