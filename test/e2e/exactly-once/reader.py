"""Prints the committed records of topics as JSON lines: reader.py <brokers> <topic>..."""

import json
import sys

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, TopicPartition

brokers, *topics = sys.argv[1:]
consumer = Consumer({
    "bootstrap.servers": brokers,
    "group.id": "exactly-once-reader",
    "isolation.level": "read_committed",
    "enable.auto.commit": False,
    "enable.partition.eof": True,
})
known = consumer.list_topics(timeout=30).topics
left = {(topic, partition) for topic in topics for partition in known[topic].partitions}
consumer.assign([TopicPartition(topic, partition, OFFSET_BEGINNING) for topic, partition in left])
while left:
    message = consumer.poll(30)
    if message is None:
        sys.exit(f"Nothing comes from {sorted(left)}")
    if message.error():
        if message.error().code() != KafkaError._PARTITION_EOF:
            sys.exit(str(message.error()))
        left.discard((message.topic(), message.partition()))
        continue
    print(json.dumps({
        "topic": message.topic(),
        "partition": message.partition(),
        "offset": message.offset(),
        "key": message.key().decode(),
        "headers": {name: value.decode() for name, value in message.headers()},
        "value": message.value().decode(),
    }))
consumer.close()
