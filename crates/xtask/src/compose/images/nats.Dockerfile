# Debian's NATS server where deploy/compose.yaml expects the official image.
FROM debian:trixie-slim
EXPOSE 4222 8222
CMD ["nats-server"]
