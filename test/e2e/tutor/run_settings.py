"""
Executes rendered settings of the LMS or Studio in Tutor's way, and prints some of the names as JSON. Names of the platform that
the settings use without having set them are stand-ins. Usage: run_settings.py FILE STARTING-NAMES NAME…
"""

import json
import sys
from types import ModuleType
from unittest.mock import MagicMock

file, starting, *wanted = sys.argv[1:]
for name in ("xmodule", "xmodule.modulestore", "xmodule.modulestore.modulestore_settings", "codejail", "codejail.jail_code"):
    sys.modules[name] = MagicMock()
for variant in ("lms", "cms"):
    production = ModuleType(f"{variant}.envs.production")
    production.__dict__.update(json.loads(starting))
    envs = ModuleType(f"{variant}.envs")
    sys.modules |= {variant: ModuleType(variant), envs.__name__: envs, production.__name__: production}


class Names(dict):
    def __missing__(self, name):
        if name in __builtins__.__dict__ or name in ("globals",):
            raise KeyError(name)
        return MagicMock(name=name)


names = Names()
# `globals()` in the settings answers the names that are set so far.
names["globals"] = lambda: names
with open(file, encoding="utf-8") as source:
    exec(compile(source.read(), file, "exec"), {}, names)
print(json.dumps({name: names.get(name) for name in wanted}))
