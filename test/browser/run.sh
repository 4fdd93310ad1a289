#!/usr/bin/env bash
# The pages in a real browser, which comes from CHROMIUM or PATH.
set -euo pipefail
cd "$(dirname "$0")/../.."
if ! command -v "${CHROMIUM:-chromium}" >/dev/null; then
  echo 'SKIPPED: the browser tests. They want Chromium: install it (apt install chromium) or name it in CHROMIUM.'
  exit 0
fi
exec vitest run --config vitest.slow.config.ts test/browser
