"""What an installation says of its models: who may use each, which are hidden, which is the default."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lib.domain.models.models import Model
from lib.domain.people.people import Role

EVERYBODY = frozenset(Role)


@dataclass(frozen=True, slots=True)
class ModelRule:
    """What holds for one model. A model without a rule is for everybody."""

    roles: frozenset[Role] = EVERYBODY
    """Who may use it; to others it is as if it were not there."""
    is_hidden: bool = False
    """Left out of all lists; it can still be named."""
    about: str = ""
    """A sentence about it, for those who choose."""


@dataclass(frozen=True, slots=True)
class ModelRules:
    """The rules of all models, by name."""

    of: Mapping[str, ModelRule] = field(default_factory=dict)
    default: str | None = None
    """The model that a new chat starts with."""

    def get(self, model: str) -> ModelRule:
        """The rule of a model."""
        return self.of.get(model, ModelRule())

    def may_use(self, role: Role | None, model: str) -> bool:
        """Whether somebody with this role may use a model; `None` is a role that is not known."""
        roles = self.get(model).roles
        return roles == EVERYBODY or role in roles

    def offered(self, role: Role | None, models: Iterable[Model]) -> list[Model]:
        """Those of the models that somebody with this role finds in lists."""
        return [each for each in models if self.may_use(role, each.id) and not self.get(each.id).is_hidden]
