"""Configures Open edX's own packages for the broker, registry and prefix on the command line."""
import logging
import sys

import django
from django.conf import settings

brokers, registry, prefix = sys.argv[1:4]
settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    EVENTS_SERVICE_NAME="lms",
    EVENT_BUS_KAFKA_AUDIT_LOGGING_ENABLED=False,
    EVENT_BUS_KAFKA_BOOTSTRAP_SERVERS=brokers,
    EVENT_BUS_KAFKA_SCHEMA_REGISTRY_URL=registry,
    EVENT_BUS_TOPIC_PREFIX=prefix,
)
django.setup()
logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
