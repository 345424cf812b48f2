"""The Flask extensions, made once here and bound to an application in `create_app`."""

from collections.abc import Callable
from typing import Any

from flask import Flask, current_app, g
from flask_babel import Babel, LazyString
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import BigInteger, Integer, MetaData
from sqlalchemy.orm import DeclarativeBase

# Named constraints, so that a migration can drop what another made, on every database.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)


class Proof(CSRFProtect):
    """Asks a form for its token, unless a request is proved otherwise (`auth/proof.py`)."""

    is_proved: Callable[[], bool]

    def protect(self, **how: Any) -> None:
        if self.is_proved():
            g.csrf_valid = True  # a form would ask once more
        else:
            super().protect(**how)


# SQLite counts rows by itself only in a column typed INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")

#: The application itself, at an eighth of what each look through `current_app` takes: for what a
#: message does many times.
this_app: Callable[[], Flask] = current_app._get_current_object  # type: ignore[attr-defined]
db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})
Model: Any = db.Model  # typed so, since it is made at run time
migrate = Migrate()
login_manager = LoginManager()
csrf = Proof()
babel = Babel()
# The library takes what is translated late for HTML as it stands; what is wrong with what somebody
# wrote is said in their own words, and those are none.
del LazyString.__html__
