#!/usr/bin/env bash
# The pages in a real browser. Chromium comes from CHROMIUM or PATH; root on Debian or Ubuntu gets it by apt.
set -euo pipefail
cd "$(dirname "$0")/../.."
if ! command -v "${CHROMIUM:-chromium}" >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium; } >&2
fi
if ! command -v "${CHROMIUM:-chromium}" >/dev/null; then
  echo 'SKIPPED: the browser tests. They want Chromium: install it (apt install chromium) or name it in CHROMIUM.'
  exit 0
fi
exec vitest run --config vitest.slow.config.ts test/browser
