"""What a worker does for plans of devices in the blood."""

from app.devices import follow_vessel
from app.ostia import propose_ostia

DEVICE_STEPS_FLOW = {"centerline": follow_vessel, "ostia": propose_ostia}
