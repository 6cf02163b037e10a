"""What admins may see and change of everybody: numbers and settings, never what somebody wrote."""

from lib.domain.people.audit import Actor
from lib.store.administration.invitations import AdminInvitations
from lib.store.administration.limits import AdminLimits
from lib.store.administration.log import AdminAudit
from lib.store.administration.people import AdminPeople
from lib.store.administration.settings import AdminSettings
from lib.store.administration.sharing import AdminSharing
from lib.store.administration.usage import AdminUsage
from lib.store.database.database import Database
from lib.store.settings import StoredSettings


class Administration:
    """What an admin works with. Every method raises `NotPermittedError` for anybody else."""

    def __init__(self, database: Database, settings: StoredSettings, actor: Actor) -> None:
        self.audit = AdminAudit(database, actor)
        self.invitations = AdminInvitations(database, actor)
        self.limits = AdminLimits(database, actor)
        self.people = AdminPeople(database, actor)
        self.settings = AdminSettings(database, actor, settings)
        self.sharing = AdminSharing(database, actor)
        self.usage = AdminUsage(database, actor)
