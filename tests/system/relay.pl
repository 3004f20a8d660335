#!/usr/bin/perl
# relay.pl PORTFILE TARGET-PORT "WORDS" CUT: a plain IMAP server that can less than the one behind it.
#
# Listens on a free loopback port, written to PORTFILE, and relays to 127.0.0.1:TARGET-PORT. WORDS are left out of what the server says it can.
# Where CUT is not 0, the first connection is closed after so many bytes of the server.
use strict;
use warnings;
use IO::Socket::INET;
use IO::Select;

my ($file, $target, $words, $cut) = @ARGV;
my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 5) or die "listen: $!";
open(my $out, '>', "$file.tmp") or die "$file: $!";
print $out $listener->sockport;
close($out);
rename("$file.tmp", $file) or die "$file: $!";
$SIG{PIPE} = 'IGNORE';

my (%other, %from_server, %relayed);
my ($first, $select) = (1, IO::Select->new($listener));
while (my @ready = $select->can_read) {
    for my $one (@ready) {
        if ($one == $listener) {
            my $client = $listener->accept or next;
            my $server = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$target") or die "connect: $!";
            @other{$client, $server} = ($server, $client);
            $from_server{$server} = 1;
            $relayed{$server} = 0;
            $select->add($client, $server);
            next;
        }
        my $other = $other{$one} or next;
        my $n = sysread($one, my $bytes, 65536);
        if ($from_server{$one} && $n) {
            if ($bytes =~ /CAPABILITY/) { $bytes =~ s/ \Q$_\E\b(?!=)//g for split ' ', $words }
            $relayed{$one} += $n;
            if ($cut && $first && $relayed{$one} > $cut) { ($n, $first) = (0, 0) }
        }
        while ($n && length $bytes) {
            my $written = syswrite($other, $bytes);
            if (defined $written) { substr($bytes, 0, $written, '') }
            else { $n = 0 }
        }
        next if $n;
        $select->remove($one, $other);
        delete @other{$one, $other};
        delete @from_server{$one, $other}; # a later connection may get the same name
        close($one);
        close($other);
    }
}
