"""Sends each JSON line of its input by Open edX's own producer, and prints "sent": producer.py BROKERS REGISTRY PREFIX"""
import json
import sys
from datetime import datetime

import settings  # must come first
from edx_event_bus_kafka import create_producer
from openedx_events.content_authoring import signals as _  # registers the signals
from openedx_events.data import EventsMetadata
from openedx_events.event_bus.avro.deserializer import AvroSignalDeserializer
from openedx_events.learning import signals as _  # registers the signals
from openedx_events.learning.data import UserNonPersonalData
from openedx_events.tooling import OpenEdxPublicSignal

# An LMS gets this signal from a plug-in.
OpenEdxPublicSignal(
    event_type="org.openedx.learning.user.retirement.completed.v1", data={"user": UserNonPersonalData}
)

producer = create_producer()
for line in sys.stdin:
    event = json.loads(line)
    signal = OpenEdxPublicSignal.get_signal_by_type(event["type"])
    producer.send(
        signal=signal,
        topic=event["topic"],
        event_key_field=event["key"],
        event_data=AvroSignalDeserializer(signal).from_dict(event["data"]),
        event_metadata=EventsMetadata(event_type=signal.event_type, time=datetime.fromisoformat(event["time"])),
    )
    producer.prepare_for_shutdown()
    print("sent", flush=True)
