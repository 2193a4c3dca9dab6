#!/usr/bin/env python3
"""
Stands in for the LMS' manage.py, and for dockerize: writes down its arguments. `shell -c` executes the code; the LMS' function for
tokens answers TOKEN if the settings demand the key pair.
"""

import json
import os
import sys
from contextlib import contextmanager
from types import ModuleType

with open(os.environ["LMS_LOG"], "a", encoding="utf-8") as log:
    print(json.dumps(sys.argv[1:]), file=log)
settings = {}


@contextmanager
def override_settings(**changed):
    settings.update(changed)
    yield
    settings.clear()


def create_jwt_for_user(user, scopes):
    assert settings == {"JWT_AUTH_FORCE_CREATE_ASYMMETRIC": True}
    assert user == os.environ["USERNAME"] and "user_id" in scopes
    return os.environ["TOKEN"]


def module(name, **names):
    parent = ""
    for part in name.split("."):
        parent = f"{parent}.{part}".lstrip(".")
        sys.modules.setdefault(parent, ModuleType(parent))
    sys.modules[name].__dict__.update(names)


class User:
    class objects:
        @staticmethod
        def get(username):
            return username


module("django.contrib.auth", get_user_model=lambda: User)
module("django.test.utils", override_settings=override_settings)
module("openedx.core.djangoapps.oauth_dispatch.jwt", create_jwt_for_user=create_jwt_for_user)
if "shell" in sys.argv:
    exec(sys.argv[-1])
