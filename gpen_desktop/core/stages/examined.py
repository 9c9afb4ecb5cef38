"""What is looked for in a photo as it was opened, each once: its needs, and where it is damaged."""

from __future__ import annotations

from functools import cached_property

from gpen_desktop.core.progress import Progress
from gpen_desktop.core.stages.analysis import PhotoReading, read_photo
from gpen_desktop.core.stages.damage import find_damage
from gpen_desktop.core.stages.work import Damage, Networks
from gpen_desktop.core.types import Photo


class Examined:
    """A photo, and what was seen of it so far. Not thread-safe."""

    def __init__(self, photo: Photo, networks: Networks) -> None:
        self.photo = photo
        self._networks = networks
        self._damage: Damage | None = None

    @cached_property
    def reading(self) -> PhotoReading:
        """Grain, blocks, screen, blur, tone, size."""
        return read_photo(self.photo)

    def damage(self, progress: Progress) -> Damage:
        """Where scratches, creases, dust and tears are. Raises WeightsError, DeviceError, Cancelled."""
        if self._damage is None:
            self._damage = find_damage(self.photo, self._networks, progress)
        return self._damage
