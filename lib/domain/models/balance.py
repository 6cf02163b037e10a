"""The balance that a gateway reports for a key."""

from dataclasses import dataclass

from lib.domain.reply.wording import money
from lib.i18n.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Balance:
    """The rest of a key's own quota; the account behind it may have less."""

    usd: float | None
    """US dollars; `None` if the key has no limit of its own."""

    def __str__(self) -> str:
        if self.usd is None:
            return _("This key has no limit of its own, so it is the account behind it that is empty.")
        left = money(self.usd, cents_from=0.01)
        return _("The gateway says that {left} is left on this key.").format(left=left)
