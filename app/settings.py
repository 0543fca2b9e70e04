"""What the program remembers between sessions: theme and recent cases. Nothing of a patient but the folder's place."""

import json
from pathlib import Path

import platformdirs
from pydantic import BaseModel, ConfigDict, ValidationError

from app.folders import replace_text


class Settings(BaseModel):
    """Remembered choices."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    theme: str = "dark"
    recent: tuple[str, ...] = ()


def load_settings() -> Settings:
    """The remembered choices; the defaults where the file is missing or damaged."""
    try:
        return Settings(**json.loads(_path().read_text()))
    except (OSError, ValueError, ValidationError, TypeError):
        return Settings()


def save_settings(settings: Settings) -> None:
    """Remember choices."""
    replace_text(_path(), settings.model_dump_json(indent=1))


def with_recent(settings: Settings, folder: Path) -> Settings:
    """The settings with ``folder`` as the most recent case (at most ten are kept)."""
    place = str(folder.resolve())
    recent = (place, *(other for other in settings.recent if other != place))
    return settings.model_copy(update={"recent": recent[:10]})


def cases_folder() -> Path:
    """Where new cases go when nobody says otherwise."""
    return Path(platformdirs.user_documents_dir()) / "CardioTwin"


def _path() -> Path:
    return Path(platformdirs.user_config_dir("cardiotwin", appauthor=False)) / "settings.json"
