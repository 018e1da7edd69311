# Debian's NATS server where deploy/compose.yaml expects the official image.
FROM muctieu-test/debian
EXPOSE 4222 8222
CMD ["nats-server"]
