# PostgreSQL may still be starting.
tries=10
until node dist/apps/cli/src/main.js migrate; do tries=$((tries - 1)); [ $tries -gt 0 ]; sleep 5; done
{% if EXAMS_KAFKA_BROKERS %}node dist/apps/cli/src/main.js topics{% endif %}
