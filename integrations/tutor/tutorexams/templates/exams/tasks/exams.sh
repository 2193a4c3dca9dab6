node dist/apps/cli/src/main.js migrate
{% if EXAMS_KAFKA_BROKERS %}node dist/apps/cli/src/main.js topics{% endif %}
