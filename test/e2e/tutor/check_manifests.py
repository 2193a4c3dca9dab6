"""
Prints where Kubernetes manifests differ from the models of Kubernetes' own client: unknown kinds and fields, missing fields,
values of a wrong type. It does not check what only a cluster knows: limits, and names of other objects. Usage:
check_manifests.py FILE…
"""

import sys

import yaml
from kubernetes.client import models

for name in sys.argv[1:]:
    with open(name, encoding="utf-8") as file:
        for manifest in filter(None, yaml.safe_load_all(file)):
            version = manifest["apiVersion"].split("/")[-1].capitalize()
            model = getattr(models, version + manifest["kind"])
            try:
                model.model_validate(manifest)
            except ValueError as error:
                print(f"{name}: {manifest['metadata']['name']}: {error}")
