#!/usr/bin/env python3
"""Stands in for Docker: writes down with which arguments Tutor calls it, and lists no running platform."""

import json
import os
import sys

with open(os.environ["DOCKER_LOG"], "a", encoding="utf-8") as log:
    print(json.dumps(sys.argv[1:]), file=log)
if "ls" in sys.argv:
    print("[]")
