"""What an admin tells everybody, above every page and for a while."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence or two for everybody."""

    id: str
    text: str
    begins_at: datetime
    ends_at: datetime

    def is_shown(self, now: datetime) -> bool:
        return self.begins_at <= now < self.ends_at
