"""What dates are moved by at import: kept on this machine, never in a case, so that nobody can move them back."""

import contextlib
import secrets
from pathlib import Path

import platformdirs


def date_secret() -> bytes:
    """32 bytes, the same for all imports of this user on this machine; made when first asked for."""
    path = Path(platformdirs.user_config_dir("cardiotwin", appauthor=False)) / "date_secret"
    with contextlib.suppress(FileExistsError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            path.chmod(0o600)
            file.write(secrets.token_bytes(32))
    return path.read_bytes()
