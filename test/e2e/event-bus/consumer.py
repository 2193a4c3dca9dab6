"""Prints the signals of Open edX's own consumer as JSON lines: consumer.py BROKERS REGISTRY PREFIX TOPIC GROUP"""
import json
import sys

import settings  # must come first
import attr
from edx_event_bus_kafka import KafkaEventConsumer
from openedx_events.event_bus.avro.serializer import AvroSignalSerializer
from openedx_events.learning import signals


def show(sender, signal, metadata, from_event_bus, **data):
    values = {name: attr.asdict(value) for name, value in data.items()}
    schema = AvroSignalSerializer(signal).schema_string()
    line = {"type": signal.event_type, "metadata": metadata.to_json_data(), "data": values, "schema": schema}
    print(json.dumps(line, default=str), flush=True)


for name in ["SUBMITTED", "VERIFIED", "REJECTED", "ERRORED", "RESET"]:
    getattr(signals, f"EXAM_ATTEMPT_{name}").connect(show)
KafkaEventConsumer(sys.argv[4], sys.argv[5]).consume_indefinitely()
