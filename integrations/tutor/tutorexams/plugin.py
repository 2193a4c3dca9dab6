"""Tutor plugin: the exam proctoring service with its database, its routes, and the settings that point the platform at it."""

import base64
import secrets
from importlib.resources import files

from tutor import hooks

HERE = files("tutorexams")

hooks.Filters.ENV_TEMPLATE_FILTERS.add_item(
    ("random_base64", lambda size: base64.b64encode(secrets.token_bytes(size)).decode())
)

defaults = {
    # A subdomain of the LMS, because browsers send the cookies of the LMS there.
    "HOST": "exams.{{ LMS_HOST }}",
    "SCHEME": "{{ 'https' if ENABLE_HTTPS else 'http' }}",
    "DOCKER_IMAGE": "exam-proctoring",
    "POSTGRES_DOCKER_IMAGE": "docker.io/postgres:18@sha256:86c951e05bf56c93d95d397747fb8820ac76cc3bedb78f43abd83eedbe3666ae",
    "SERVICE_USERNAME": "edx_exams_worker",
    "OAUTH2_KEY": "exams",
    # The address of frontend-app-exams-dashboard, if the platform has it.
    "DASHBOARD_URL": "",
    # PROCTORING_BACKENDS, more settings and more variables of the service: docs/configuration.md.
    "PROVIDERS": {"DEFAULT": "null", "null": {}},
    "SETTINGS": {},
    "ENVIRONMENT": {},
    # Without brokers there is no Kafka: messages wait in the log.
    "KAFKA_BROKERS": "",
    "KAFKA_USERNAME": "",
    "KAFKA_PASSWORD": "",
    "SCHEMA_REGISTRY_URL": "",
    "TOPIC_PREFIX": "openedx",
}
hooks.Filters.CONFIG_DEFAULTS.add_items([(f"EXAMS_{name}", value) for name, value in defaults.items()])

# Made once, and kept in config.yml.
texts = ("OWNER_PASSWORD", "API_PASSWORD", "WORKER_PASSWORD", "OAUTH2_SECRET", "SECRET_KEY", "USER_OBFUSCATION_KEY")
keys = ("KEY_ENCRYPTION_KEY", "ERASURE_SIGNING_KEY", "LOG_SIGNING_KEY")
hooks.Filters.CONFIG_UNIQUE.add_items(
    [(f"EXAMS_{name}", "{{ 40|random_string }}") for name in texts]
    + [(f"EXAMS_{name}", "{{ 32|random_base64 }}") for name in keys]
    + [(f"EXAMS_{name}_PRIVATE_KEY", "{{ 2048|rsa_private_key }}") for name in ("ACCESS_TOKEN", "LTI")]
)

hooks.Filters.ENV_TEMPLATE_ROOTS.add_item(str(HERE / "templates"))
hooks.Filters.ENV_TEMPLATE_TARGETS.add_item(("exams/apps", "plugins"))
for patch in (HERE / "patches").iterdir():
    hooks.Filters.ENV_PATCHES.add_item((patch.name, patch.read_text()))
# The tables of the service come first of all, so that it runs when the LMS is ready to call it.
for service, priority in (("exams", hooks.priorities.HIGH), ("lms", hooks.priorities.DEFAULT)):
    task = (HERE / "templates" / "exams" / "tasks" / f"{service}.sh").read_text()
    hooks.Filters.CLI_DO_INIT_TASKS.add_item((service, task), priority=priority)
