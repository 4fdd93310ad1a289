#!/usr/bin/env bash
# Uploads from a real IRC client, senpai: from SENPAI, else fetched from Debian as soju and ergo are.
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ -z "${SENPAI:-}" ] && ! command -v apt-get >/dev/null; then
  echo "SKIPPED: the tests with senpai. Install senpai 0.4 or later, and name the program in SENPAI."
  exit 0
fi
exec vitest run --config vitest.slow.config.ts test/clients
