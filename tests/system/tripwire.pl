#!/usr/bin/perl
# tripwire.pl PORTFILE TARGET-PORT ORDER: relays plain IMAP, and kills the daemon's collector at one command.
#
# Listens on a free loopback port, written to PORTFILE, and relays to 127.0.0.1:TARGET-PORT. Where the file ORDER holds `PID N before COMMAND` or
# `PID N after COMMAND` (PID is the daemon's), the N-th such command since then is not passed on (before), or is answered by the server but not to the collector
# (after), and the collector is killed. Then ORDER is removed. Each command is told on stderr. Where a file ORDER.no-move lies, the server does not say that it
# can MOVE (RFC 6851), so that the collector copies instead.
use strict;
use warnings;
use IO::Socket::INET;
use IO::Select;

my ($file, $target, $order) = @ARGV;
my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 5) or die "listen: $!";
open(my $out, '>', "$file.tmp") or die "$file: $!";
print $out $listener->sockport;
close($out);
rename("$file.tmp", $file) or die "$file: $!";
$SIG{PIPE} = 'IGNORE';

my (%other, %from_server, %waits_for); # waits_for: of a server's connection, what its answer to the command begins with
my ($told, $seen) = ('', 0);

sub slurp { my ($path) = @_; open(my $f, '<', $path) or return ''; local $/; my $text = <$f>; return $text // ''; }

sub kill_collector {
    my ($daemon) = split ' ', $told;
    for my $pid (split ' ', slurp("/proc/$daemon/task/$daemon/children")) {
        kill 'KILL', $pid if slurp("/proc/$pid/comm") =~ /^taamim-collect$/;
    }
    ($told, $seen) = ('', 0);
    unlink $order;
}

# True: nothing more is passed on.
sub trips {
    my ($bytes, $server) = @_;
    my $now = slurp($order);
    ($told, $seen) = ($now, 0) if $now ne $told;
    my (undef, $number, $side, $command) = split ' ', $told, 4;
    chomp $command if defined $command;
    while ($bytes =~ /^(\d+) (UID )?(\w+)/mg) {
        my $tag = $1;
        print STDERR time, " $tag ", ($2 // '') . $3, "\n";
        next if !defined $command || ($2 // '') . $3 ne $command || ++$seen != $number;
        if ($side eq 'before') { kill_collector(); return 1; }
        $waits_for{$server} = $command eq 'IDLE' ? qr/^\+ /m : qr/^$tag (?:OK|NO|BAD)/m;
    }
    return 0;
}

my $select = IO::Select->new($listener);
while (my @ready = $select->can_read) {
    for my $one (@ready) {
        if ($one == $listener) {
            my $client = $listener->accept or next;
            my $server = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$target") or do { close($client); next };
            @other{$client, $server} = ($server, $client);
            $from_server{$server} = 1;
            $select->add($client, $server);
            next;
        }
        my $other = $other{$one} or next;
        my $n = sysread($one, my $bytes, 65536);
        if ($n && !$from_server{$one}) { $n = 0 if trips($bytes, $other) }
        elsif ($n && -e "$order.no-move" && $bytes =~ /CAPABILITY/) { $bytes =~ s/ MOVE\b//g }
        if ($n && $waits_for{$one} && $bytes =~ $waits_for{$one}) { kill_collector(); $n = 0 }
        while ($n && length $bytes) {
            my $written = syswrite($other, $bytes);
            if (defined $written) { substr($bytes, 0, $written, '') }
            else { $n = 0 }
        }
        next if $n;
        $select->remove($one, $other);
        delete $waits_for{$_} for $one, $other;
        delete @other{$one, $other};
        delete @from_server{$one, $other}; # a later connection may get the same name
        close($one);
        close($other);
    }
}
