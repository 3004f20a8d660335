#!/bin/bash
# A round of 25 delegations while programs are killed 25 times: the short form of `make soak`, with a mail server that answers at once, since what becomes uncertain
# waits for a minute. What it asks is told in tests/soak/run.
PARTIES=${PARTIES:-25} KILLS=${KILLS:-25} SLOW=${SLOW:-0} exec "$(dirname "$0")/../soak/run"
