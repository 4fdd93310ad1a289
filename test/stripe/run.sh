#!/usr/bin/env bash
# The contract of payments against stripe-mock, which knows the shapes of Stripe's whole API; it is built by Go, and where
# there is none that is said. With STRIPE_API_KEY=sk_test_… also against Stripe itself, in its test mode.
set -euo pipefail
cd "$(dirname "$0")/../.."
cache="${XDG_CACHE_HOME:-$HOME/.cache}/irc-now/go"
if ! command -v stripe-mock >/dev/null && [ ! -x "$cache/stripe-mock" ]; then
  if ! command -v go >/dev/null; then
    echo 'SKIPPED: payments against stripe-mock. They want Go (apt install golang-go), or stripe-mock in PATH.'
    exit 0
  fi
  GOBIN="$cache" go install github.com/stripe/stripe-mock@v0.203.0
fi
STRIPE_MOCK="$(command -v stripe-mock || echo "$cache/stripe-mock")" exec npx vitest run --config vitest.slow.config.ts test/stripe
