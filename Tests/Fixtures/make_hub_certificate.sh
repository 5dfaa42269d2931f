#!/usr/bin/env bash
# Makes Tests/Fixtures/hub: a certificate for localhost and its key, for the server that tests run on loopback. Nobody
# else trusts it. Valid for a hundred years.
set -euo pipefail
cd "$(dirname "$0")/hub"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj "/CN=localhost" \
    -addext "subjectAltName=DNS:localhost,IP:127.0.0.1" -keyout localhost-key.pem -out localhost.pem
