"""Prints where a compose file differs from the schema of docker compose: check_compose.py FILE…"""

import json
import sys
from importlib.metadata import files

import yaml
from jsonschema import Draft7Validator

schema_file = next(file for file in files("docker-compose") if file.name == "compose_spec.json")
validator = Draft7Validator(json.loads(schema_file.locate().read_text()))
for name in sys.argv[1:]:
    with open(name, encoding="utf-8") as file:
        for error in validator.iter_errors(yaml.safe_load(file)):
            print(f"{name}: {'.'.join(map(str, error.path))}: {error.message}")
