#!/bin/bash
# A round of 25 delegations while programs are killed 25 times: the short form of `make soak`. What it asks is told in tests/soak/run.
PARTIES=${PARTIES:-25} KILLS=${KILLS:-25} exec "$(dirname "$0")/../soak/run"
