#!/usr/bin/env bash
# Installs what the tests need and runs them all. Exit code 0 only if every test passed. Last line: N passed, N failed, N skipped.
set -uo pipefail
cd "$(dirname "$0")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
command -v dotnet >/dev/null || { echo "the .NET SDK 10 is needed: https://dotnet.microsoft.com/download"; exit 1; }

log=$(mktemp)
trap 'rm -f "$log"' EXIT
dotnet build FhirBridge.sln -c Release -v quiet || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
dotnet test FhirBridge.sln -c Release --no-build --logger "console;verbosity=minimal" 2>&1 | tee "$log"
status=${PIPESTATUS[0]}
# Each test project closes with: "Passed!  - Failed:     0, Passed:    12, Skipped:     0, Total: …"
awk -v status="$status" '
  /Failed: +[0-9]+, Passed: +[0-9]+, Skipped: +[0-9]+/ {
    line = $0; gsub(/[:,]/, " ", line); n = split(line, w, / +/)
    for (i = 1; i < n; i++) { if (w[i] == "Failed") f += w[i+1]; if (w[i] == "Passed") p += w[i+1]; if (w[i] == "Skipped") s += w[i+1] }
  }
  END { if (status != 0 && f == 0) f = 1; printf "%d passed, %d failed, %d skipped\n", p, f, s; exit (f > 0 || p == 0) }
' "$log"
