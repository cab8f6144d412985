#!/bin/sh
# Installs a lock file with pip and says how far it is: .ci/install.sh PYTHON LOCK
set -eu
all=$(grep -c '==' "$2")
{ "$1" -m pip install --disable-pip-version-check --no-compile --no-deps --require-hashes -r "$2" || echo failed; } |
  awk -v all="$all" '
    /^failed$/ { failed = 1 }
    /^Collecting / && ++collected % 10 == 0 { print "  " collected " of about " all " packages found"; fflush() }
    /^Installing collected / { print "  unpacking them …"; fflush() }
    END { exit failed }'
