#!/usr/bin/env bash
# Files on a real S3 server, versitygw: from VERSITYGW, PATH or the cache folder, into which Go (1.24 or later) brings it.
set -euo pipefail
cd "$(dirname "$0")/../.."
version=v1.8.0
kept="${XDG_CACHE_HOME:-$HOME/.cache}/irc-now/versitygw-$version"
if [ -z "${VERSITYGW:-}" ]; then
  if command -v versitygw >/dev/null; then
    VERSITYGW=$(command -v versitygw)
  elif [ -x "$kept/versitygw" ]; then
    VERSITYGW=$kept/versitygw
  elif command -v go >/dev/null; then
    GOBIN=$kept go install "github.com/versity/versitygw/cmd/versitygw@$version"
    VERSITYGW=$kept/versitygw
  else
    echo "SKIPPED: the S3 tests. They want versitygw: install Go (apt install golang-go), or name the program in VERSITYGW."
    exit 0
  fi
fi
export VERSITYGW
exec vitest run --config vitest.slow.config.ts core/content/files.s3.test.ts test/s3
