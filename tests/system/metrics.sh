#!/bin/bash
# The file of figures as node_exporter reads it: the daemon writes, a real node_exporter takes, and shows what became of the servers.
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"
HOST=127.0.0.1 SUBMISSION=1 IMAPS=1 CA=/etc/ssl/certs/ca-certificates.crt # nobody answers there
# shellcheck disable=SC2034  # lib.sh's settings
office=circulars@secretariat.example officer=duty.officer@secretariat.example
port=$((20000 + $$ % 20000))
mkdir "$T/figures"
settings <<E
office = { unreachable_after_s = 1; };
metrics = { file = "$T/figures/taamim.prom"; every_s = 5; };
E
cp config/delegations.conf "$T/etc/"
start taamimd "$BIN/taamimd" -c "$T/etc/taamim.conf"
ok "the figures are written" wait_for 5 test -s "$T/figures/taamim.prom"
start exporter prometheus-node-exporter --web.listen-address=127.0.0.1:$port --collector.disable-defaults --collector.textfile \
    --collector.textfile.directory="$T/figures"
seen() { curl -s "http://127.0.0.1:$port/metrics" >"$T/seen" && grep -q -- "$1" "$T/seen"; }
ok "node_exporter shows them" wait_for 10 seen '^taamim_rounds_open 0$'
contains "with their help" "# HELP taamim_oldest_waiting_seconds " "$T/seen"
contains "and their type" "# TYPE taamim_parser_deaths_total counter" "$T/seen"
contains "and finds no fault in the file" "node_textfile_scrape_error 0" "$T/seen"
equal "it shows each line that was written" "$(grep -c '^taamim_' "$T/figures/taamim.prom")" "$(grep -c '^taamim_' "$T/seen")"
ok "a mailbox that is away is seen" wait_for 15 seen '^taamim_server_away{server="imap"} 1$'
equal "nothing is left beside the file" taamim.prom "$(ls -A "$T/figures")"
