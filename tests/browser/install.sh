#!/bin/sh
# Makes sure that there is a Chromium for the browser tests: the system's own, or Playwright's.
set -e
for name in chromium-headless-shell chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update -qq && apt-get install -y -qq chromium-headless-shell >/dev/null
else
    "$1" -m playwright install chromium
fi
